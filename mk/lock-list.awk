# Reads locks, by mk/lock-list.sh. A file called package-lock.json is npm's, any other is a debian.lock.
#
# Every field ends up in a path or a URL, so each is held to the characters it may have. No forks: the base64 of npm's
# digests is turned into hex here. (mawk has no {n} in patterns: lengths are counted.)

function refuse(reason) {
	gsub(/[\001-\037\177]/, "?", reason)
	printf "lock: %s:%d: %s\n", FILENAME, FNR, reason >"/dev/stderr"
	failed = 1
	exit 2
}

# A relative path without empty, '.' or '..' components.
function is_path(text) {
	return text ~ /^[A-Za-z0-9@_][A-Za-z0-9@+.~_\/-]*$/ && ("/" text "/") !~ /\/\.?\.?\//
}

function is_version(text) { return text ~ /^[0-9A-Za-z][0-9A-Za-z.+:~-]*$/ }

function debian_line() {
	if (/^#/) return
	if (NF == 0 || /\t/ || /^ / || / $/ || /  /) refuse("words are separated by one space")
	if (!format) {
		if ($0 != "format 1") refuse("'format 1' was expected first, not '" $0 "'")
		format = 1
	} else if (!epoch) {
		if (NF != 2 || $1 != "epoch" || $2 !~ /^[1-9][0-9]*$/)
			refuse("'epoch SECONDS' was expected after the format")
		epoch = 1
	} else
		debian_package()
}

function debian_package() {
	if (NF != 6) refuse("NAME VERSION ARCH SIZE SHA256 PATH were expected, not " NF " words")
	if ($1 !~ /^[a-z0-9][a-z0-9+.-]+$/) refuse("'" $1 "' is not a package name")
	if (!is_version($2)) refuse($1 ": '" $2 "' is not a version")
	if ($3 !~ /^[a-z0-9][a-z0-9-]*$/) refuse($1 ": '" $3 "' is not an architecture")
	if ($4 !~ /^[1-9][0-9]*$/ || length($4) > 12) refuse($1 ": '" $4 "' is not a size in bytes")
	if (length($5) != 64 || $5 !~ /^[0-9a-f]*$/) refuse($1 ": '" $5 "' is not a SHA-256 in lower-case hex")
	if (!is_path($6) || $6 !~ /^pool\/.*\.deb$/) refuse($1 ": '" $6 "' is not the path of a package in the pool")
	if ($0 "" <= last "") refuse($1 ": not sorted after the line before it")
	last = $0
	print "sha256", $5, $4, $1, $2, $6
}

# The file as npm itself writes it, two spaces a level: what a line is follows from its indentation.
function npm_line() {
	if (/^  "lockfileVersion": /) {
		if ($2 != "3,") refuse("lockfileVersion: only 3 can be read")
		format = 1
	} else if (/^  "packages": {$/)
		section = 1
	else if (/^  }/)
		section = 0
	else if (section && /^    "[^"]*": {$/)
		npm_begin()
	else if (section && /^    "/)
		refuse("not as npm writes it, one member a line")
	else if (section && /^    }/)
		npm_end()
	else if (section && /^      "/)
		npm_member()
	else if (section && list && /^        "[^"]*",?$/)
		lists[list] = lists[list] " " quoted($0)
}

function quoted(text) {
	sub(/^[^"]*"/, "", text)
	sub(/".*/, "", text)
	return text
}

function npm_begin() {
	entry = quoted($0)
	name = entry
	sub(/^.*node_modules\//, "", name)
	version = integrity = list = optional = ""
	delete lists["os"]; delete lists["cpu"]; delete lists["libc"]
}

function npm_member(  key, value) {
	key = quoted($0)
	value = $0
	sub(/^      "[^"]*": /, "", value)
	list = (key == "os" || key == "cpu" || key == "libc") ? key : ""
	if (list && value != "[") refuse(entry ": " key ": not as npm writes it, one item a line")
	if (key == "version") version = quoted(value)
	else if (key == "integrity") integrity = quoted(value)
	else if (key == "optional") optional = value ~ /^true/
	else if (key == "name" && entry) name = quoted(value)
	else if (key == "resolved" || key == "link") refuse(entry ": " key ": a lock has digests and no places")
}

# Does a list as package.json's os, cpu and libc have it ("linux", or "!win32") allow this value?
function allows(key, value,  words, n, i, positive) {
	n = split(lists[key], words, " ")
	for (i = 1; i <= n; i++) {
		if (words[i] == value) return 1
		if (words[i] == "!" value) return 0
		if (words[i] !~ /^!/) positive = 1
	}
	return !positive
}

# What npm itself would not install on the one platform images are for is no input, nor is what a package can do without:
# that is compiled by install scripts, and none is ever run.
function npm_end(  base) {
	if (entry == "" || optional || !allows("os", "linux") || !allows("cpu", "x64") || !allows("libc", "glibc")) return
	if (entry !~ /^node_modules\// || !is_path(name) || name !~ /^(@[^\/@]+\/)?[^\/@]+$/)
		refuse("'" entry "' is not the place of a package")
	if (!is_version(version)) refuse(entry ": '" version "' is not a version")
	if (length(integrity) != 95 || integrity !~ /^sha512-[A-Za-z0-9+\/]*==$/)
		refuse(entry ": '" integrity "' is not a SHA-512 as npm writes it")
	base = name
	sub(/^.*\//, "", base)
	print "sha512", hex(substr(integrity, 8, 86)), "-", name, version, name "/-/" base "-" version ".tgz"
}

function digit(text, at) { return index(base64, substr(text, at, 1)) - 1 }

# Two digits of base64 are twelve bits, three digits of hex; the last four bits of 86 digits are padding.
function hex(text,  i, out) {
	for (i = 1; i < 86; i += 2)
		out = out sprintf("%03x", 64 * digit(text, i) + digit(text, i + 1))
	if (out !~ /0$/) refuse(entry ": integrity ends in stray bits")
	return substr(out, 1, 128)
}

# Called when a file ends; FILENAME is the next one's by then.
function finish() {
	if (file && is_npm && !format) why = "lockfileVersion is missing, or not as npm writes it"
	else if (file && is_npm && section) why = "ends in the middle"
	else if (file && !is_npm && !epoch) why = "ends before its format and epoch"
	else return
	printf "lock: %s:%d: %s\n", file, line, why >"/dev/stderr"
	failed = 1
	exit 2
}

BEGIN { base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" }
FNR == 1 {
	finish()
	file = FILENAME
	is_npm = file ~ /(^|\/)package-lock\.json$/
	format = epoch = section = 0
	last = ""
}
{ line = FNR }
is_npm { npm_line(); next }
{ debian_line() }
END {
	if (failed) exit 2
	finish()
}
