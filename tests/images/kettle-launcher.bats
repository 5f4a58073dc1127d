# What the launcher image holds, and where it comes from. tests/images/every-image.bats has what holds for all.
load images

IMAGE=kettle-launcher
LOCK=$ROOT/images/$IMAGE/1-debian/debian.lock
STORE=$(cd "$ROOT" && realpath "${STORE:-build/store}")

setup() { cd "$BATS_TEST_TMPDIR" || return; }

entry() { entries $IMAGE | awk -v path="$1" '$6 == path { print $1, $2 }'; } # PATH: MODE UID/GID

# The locked file of a Debian package.
deb() { echo "$STORE/sha256/$(awk -v name="$1" '$1 == name { print $5 }' "$LOCK")"; } # NAME

@test "four layers, which change at different rates" {
	same '["1-debian","2-runtime","3-libraries","4-kettle"]' "$(jq -c '[.layers[].name]' "$IMAGES/$IMAGE/report.json")"
	jq -r '.layers[] | "# layer \(.name): \(.diff_id.size / 1e6 | . * 10 | round / 10) MB as a tar, \(.blob.size / 1e6 | . * 10 | round / 10) MB as a blob"' \
		"$IMAGES/$IMAGE/report.json" >&3
	# What changes most often must stay small: a push or pull after a change of kettle moves only this.
	[ "$(jq '.layers[-1].blob.size' "$IMAGES/$IMAGE/report.json")" -lt 1000000 ]
}

@test "the config: who runs what, where, and what it listens to" {
	same '["65532:65532",["/usr/bin/kettle","launch"],null,["3001/tcp"],["/data"],"/app","SIGTERM"]' \
		"$(jq -c '.config | [.User, .Entrypoint, .Cmd, (.ExposedPorts | keys), (.Volumes | keys), .WorkingDir, .StopSignal]' "$(config $IMAGE)")"
	same '["HOME","PATH","SSL_CERT_FILE"]' "$(jq -c '[.config.Env[] | sub("=.*"; "")] | sort' "$(config $IMAGE)")"
	user=$(jq -r '.config.User' "$(config $IMAGE)")
	grep -q "^kettle:x:$user:" "$(unpacked $IMAGE)/etc/passwd"
	grep -q "^kettle:x:${user#*:}:" "$(unpacked $IMAGE)/etc/group"
}

@test "the user may write to /data and /tmp, and owns nothing else" {
	same 'drwxr-x--- 65532/65532' "$(entry data/)"
	same 'drwxrwxrwt 0/0' "$(entry tmp/)"
	entries $IMAGE | awk '$2 != "0/0" && $6 != "data/"' | empty "not owned by root"
	same 'drwxr-xr-x 0/0' "$(entry app/)"
	same '-rwxr-xr-x 0/0' "$(entry usr/bin/kettle)"
}

@test "one user but root and nobody, and none has a password or a shell" {
	tree=$(unpacked $IMAGE)
	same 'root kettle nobody' "$(cut -d: -f1 "$tree/etc/passwd" | paste -sd' ')"
	grep -v '^[a-z]*:x:[0-9]*:[0-9]*:[^:]*:[^:]*:/usr/sbin/nologin$' "$tree/etc/passwd" | empty "can log in"
	[ ! -e "$tree/etc/shadow" ]
}

@test "the certificates are those of the locked package, in the order of update-ca-certificates" {
	bundle=$(unpacked $IMAGE)/etc/ssl/certs/ca-certificates.crt
	dpkg-deb -x "$(deb ca-certificates)" package
	count=$(find package/usr/share/ca-certificates -name '*.crt' | wc -l)
	[ "$count" -gt 100 ]
	same "$count" "$(grep -c '^-----BEGIN CERTIFICATE-----$' "$bundle")"
	same "$count" "$(openssl crl2pkcs7 -nocrl -certfile "$bundle" | openssl pkcs7 -print_certs -noout | grep -c '^subject')" "certificates openssl reads"
	# The package's own script, over its own files.
	mkdir etc run
	(cd package/usr/share/ca-certificates && find . -name '*.crt' | sed 's#^\./##' | LC_ALL=C sort) >list
	dpkg-deb -x "$(deb ca-certificates)" script
	expect 0 env LC_ALL=C PATH="$PATH:/usr/sbin:/sbin" sh script/usr/sbin/update-ca-certificates --certsconf "$PWD/list" \
		--certsdir "$PWD/package/usr/share/ca-certificates" --localcertsdir "$PWD/none" --etccertsdir "$PWD/etc" --hooksdir "$PWD/run"
	cmp etc/ca-certificates.crt "$bundle"
}

# Compares the packages of a layer's lock with what is in the image; leaves them in node_modules/.
npm_packages() { # LAYER COUNT
	local path integrity tarball tree
	tree=$(unpacked $IMAGE)
	jq -r '.packages | to_entries[] | select(.key != "" and (.value.optional | not)) | [.key, .value.integrity] | @tsv' \
		"$ROOT/images/$IMAGE/$1/npm/package-lock.json" >packages
	same "$2" "$(wc -l <packages)"
	while IFS=$'\t' read -r path integrity; do
		tarball=$STORE/${integrity%%-*}/$(base64 -d <<<"${integrity#*-}" | od -An -vtx1 | tr -d ' \n')
		mkdir -p "$path"
		bsdtar -xf "$tarball" -C "$path" --strip-components 1
		diff -r "$path" "$tree/usr/lib/$path"
	done <packages
}

@test "workerd and esbuild are the bytes of the locked npm packages" {
	npm_packages 2-runtime 2
	cmp node_modules/@cloudflare/workerd-linux-64/bin/workerd "$(unpacked $IMAGE)/usr/bin/workerd"
	cmp node_modules/@esbuild/linux-x64/bin/esbuild "$(unpacked $IMAGE)/usr/bin/esbuild"
}

@test "what apps may import is the bytes of the locked npm packages, and kettle's own" {
	npm_packages 3-libraries 6
	npm_packages 2-runtime 2
	tree=$(unpacked $IMAGE)
	mkdir -p node_modules/@teekit
	cp -r "$ROOT/workspace/kettle/worker/teekit" node_modules/@teekit/kettle
	cp -r "$ROOT/workspace/kettle/worker/teekit-tunnel" node_modules/@teekit/tunnel
	cp -r "$ROOT/workspace/kettle/worker" node_modules/kettle
	rm -r node_modules/kettle/teekit node_modules/kettle/teekit-tunnel
	diff -r node_modules "$tree/usr/lib/node_modules"
	find "$tree/usr/lib/node_modules" -name '*.node' | empty "native code that no app can use"
}

@test "every file of a Debian package is the package's, but for the ones the build makes" {
	tree=$(unpacked $IMAGE)
	mkdir debian
	awk 'NF == 6 && $5 ~ /^[0-9a-f]*$/ { print $5 }' "$LOCK" | while read -r sha256; do dpkg-deb -x "$STORE/sha256/$sha256" debian; done
	(cd "$tree" && find . -type f ! -path './usr/lib/node_modules/*' -printf '%P\n' | sort) >files
	while read -r file; do cmp -s "$tree/$file" "debian/$file" || echo "$file"; done <files >made
	same 'etc/group etc/nsswitch.conf etc/passwd etc/ssl/certs/ca-certificates.crt usr/bin/kettle usr/lib/kettle/entry.js usr/lib/kettle/files.js var/lib/dpkg/status' \
		"$(paste -sd' ' made)" "files that are no package's"
}

@test "every shared library is there for something" {
	tree=$(unpacked $IMAGE)
	libraries=$tree/usr/lib/x86_64-linux-gnu
	needed() { readelf -dW "$1" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }
	for program in kettle workerd esbuild; do needed "$tree/usr/bin/$program"; done | sort -u >known
	echo libnss_dns.so.2 >>known # named in nsswitch.conf
	for _ in 1 2 3 4 5; do # what those are linked with in turn
		mapfile -t names <known
		for library in "${names[@]}"; do needed "$libraries/$library"; done | sort -u - known >more
		mv more known
	done
	find "$libraries" -maxdepth 1 -name '*.so*' -printf '%f %l\n' | while read -r library target; do
		grep -qxF -e "$library" known || { [ -z "$target" ] && find "$libraries" -lname "$library" -printf '%f\n' | grep -qxFf known; } || echo "$library"
	done | sort >unneeded
	sed 's/ *#.*//; /^$/d' "$ROOT/tests/images/kettle-launcher.libraries" | sort | diff - unneeded || {
		echo "the second list is what nothing in the image is linked with; tests/images/kettle-launcher.libraries says why some of it stays" >&2
		return 1
	}
}

@test "kettle is hardened, and carries no path of the build" {
	kettle=$(unpacked $IMAGE)/usr/bin/kettle
	readelf -hW "$kettle" | grep -q 'Type: *DYN (Position-Independent'
	readelf -lW "$kettle" >segments
	grep -q GNU_RELRO segments
	grep -q 'GNU_STACK.* RW ' segments
	readelf -dW "$kettle" >dynamic
	grep -q 'FLAGS_1.*NOW.*PIE' dynamic
	grep -E 'RPATH|RUNPATH|TEXTREL' dynamic | empty "where to look for libraries"
	readelf --dyn-syms -W "$kettle" >symbols
	grep -q '__stack_chk_fail' symbols
	grep -qE '__[a-z]*printf_chk|__memcpy_chk' symbols
	strings -a "$kettle" | grep -E '/src/|/store/|(^|/)build/' | empty "paths of the build"
}
