# tar-normalize on lists: what they may say, and that nothing else is taken for one.
load ../../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	umask 022
}

gnu_list() { tar --numeric-owner --utc --full-time -tvf "$1"; }

@test "a list: contents from elsewhere, owners and devices without being root" {
	echo hello >greeting
	printf '%s\n' '#mtree' '/set uid=1 gid=2 mode=0640 time=5.9' './etc type=dir mode=0755' '# a comment' '' \
		'./etc/motd	type=file contents=greeting size=6 nlink=1 uname=root' './a\040b type=link link=x\\y' \
		'/unset uid' './dev/null type=char device=1,3 mode=0666' './q type=fifo' './z type=block device=8,0' >layer.mtree
	expect 0 tar-normalize --epoch 9 --devices -o out.tar layer.mtree
	same 'lrwxrwxrwx 1/2 0 1970-01-01 00:00:05 a b -> x\\y
drwxr-xr-x 0/0 0 1970-01-01 00:00:09 dev/
crw-rw-rw- 0/2 1,3 1970-01-01 00:00:05 dev/null
drwxr-xr-x 1/2 0 1970-01-01 00:00:05 etc/
-rw-r----- 1/2 6 1970-01-01 00:00:05 etc/motd
prw-r----- 0/2 0 1970-01-01 00:00:05 q
brw-r----- 0/2 8,0 1970-01-01 00:00:05 z' "$(gnu_list out.tar | tr -s ' ')"
	same hello "$(tar -xOf out.tar etc/motd)"
}

@test "a list is one only by its name" {
	echo secret >secret
	printf '#mtree\n./a type=file mode=0644 contents=secret\n' >list
	expect 2 tar-normalize list
	expect 2 tar-normalize - <list
	printf '#mtree\n./a type=file mode=0644 contents=missing\n' >missing.mtree
	expect 74 tar-normalize missing.mtree
	one_line "$stderr" "missing.mtree: line 2: ./a: missing: No such file or directory"
	printf '#mtree\n./a type=file mode=0644 contents=secret size=1\n' >size.mtree
	expect 2 tar-normalize size.mtree
	one_line "$stderr" "secret: 7 bytes, not 1"
}
