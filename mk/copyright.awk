# Reads copyright files of Debian packages, each in the machine-readable form or not, and prints for each
#
#     FILE <tab> licence as an SPDX expression, or NOASSERTION <tab> the short names it is from, as they are written
#
# The expression joins what every Files paragraph says. It is given only where all of it can be read with certainty: the
# file says that it is in the form, each such paragraph has a licence, and each short name is one that the form itself
# gives a meaning (which "MIT", for instance, is not). Source: Debian's copyright-format 1.0, "License specification".

function begin(path) {
	file = path
	certain = 1
	paragraphs = 0
	names = ""
	delete seen
	delete part
	parts = 0
	next_paragraph()
}

function next_paragraph() {
	is_files = 0
	licence = ""
}

function end_paragraph() {
	if (is_files) {
		paragraphs++
		if (licence == "") certain = 0
		else if (!(licence in seen)) {
			seen[licence] = 1
			names = names (names == "" ? "" : ", ") licence
			add(expression(licence))
		}
	}
	next_paragraph()
}

function add(text) {
	if (text == "") certain = 0
	else if (!(("=" text) in seen)) {
		seen["=" text] = 1
		part[++parts] = text
	}
}

function finish(  i, j, held, text) {
	if (file == "") return
	end_paragraph()
	for (i = 2; i <= parts; i++) {
		held = part[i]
		for (j = i - 1; j > 0 && part[j] "" > held ""; j--) part[j + 1] = part[j]
		part[j + 1] = held
	}
	for (i = 1; i <= parts; i++)
		text = text (i > 1 ? " AND " : "") (parts > 1 && part[i] ~ / OR / ? "(" part[i] ")" : part[i])
	print file "\t" (format && certain && paragraphs ? text : "NOASSERTION") "\t" (format ? names : "")
	file = ""
}

# A synopsis: one name, or some joined by one kind of word. With both, or a comma, people have read it differently.
function expression(text,  words, n, i, word, out, name) {
	if (text ~ /,/ || (text ~ / or / && text ~ / and /)) return ""
	word = text ~ / or / ? "OR" : "AND"
	n = split(text, words, / (or|and) /)
	for (i = 1; i <= n; i++) {
		name = identifier(words[i])
		if (name == "") return ""
		out = out (i > 1 ? " " word " " : "") name
	}
	return out
}

# Short names are the same in any case, and versions with any number of final .0.
function identifier(name,  family, version, later) {
	name = tolower(name)
	if (name in fixed) return fixed[name]
	if (name !~ /^[a-z]+[0-9]?-[0-9.]+[+]?$/) return ""
	family = version = name
	sub(/-.*/, "", family)
	sub(/^[^-]*-/, "", version)
	later = sub(/[+]$/, "", version)
	while (sub(/\.0$/, "", version)) continue
	if (family ~ /^(gpl|lgpl|gfdl)$/ && ((family " " version) in gnu)) return gnu[family " " version] (later ? "-or-later" : "-only")
	if (!later && ((family " " version) in versioned)) return versioned[family " " version]
	return ""
}

BEGIN {
	fixed["expat"] = "MIT"; fixed["isc"] = "ISC"; fixed["zlib"] = "Zlib"; fixed["cc0"] = "CC0-1.0"
	fixed["bsd-2-clause"] = "BSD-2-Clause"; fixed["bsd-3-clause"] = "BSD-3-Clause"; fixed["bsd-4-clause"] = "BSD-4-Clause"
	gnu["gpl 1"] = "GPL-1.0"; gnu["gpl 2"] = "GPL-2.0"; gnu["gpl 3"] = "GPL-3.0"
	gnu["lgpl 2"] = "LGPL-2.0"; gnu["lgpl 2.1"] = "LGPL-2.1"; gnu["lgpl 3"] = "LGPL-3.0"
	gnu["gfdl 1.1"] = "GFDL-1.1"; gnu["gfdl 1.2"] = "GFDL-1.2"; gnu["gfdl 1.3"] = "GFDL-1.3"
	versioned["apache 1"] = "Apache-1.0"; versioned["apache 1.1"] = "Apache-1.1"; versioned["apache 2"] = "Apache-2.0"
	versioned["artistic 2"] = "Artistic-2.0"; versioned["cc0 1"] = "CC0-1.0"
	versioned["mpl 1"] = "MPL-1.0"; versioned["mpl 1.1"] = "MPL-1.1"; versioned["mpl 2"] = "MPL-2.0"
}

FNR == 1 { finish(); begin(FILENAME); format = 0 }
{ sub(/\r$/, ""); sub(/[ \t]+$/, "") }
/^$/ { end_paragraph(); next }
/^[ \t]/ { next } # goes on with what the field above said
/^Format:.*copyright-format\/1\.0\/?$/ { format = !paragraphs }
/^Files:/ { is_files = 1 }
/^License:/ { licence = $0; sub(/^License:[ \t]*/, "", licence) }
END { finish() }
