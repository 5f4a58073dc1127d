# Static files: which are taken, their digest, and how an app serves them. With the real workerd and esbuild.
load ../../helpers
load helpers

serving() { # STATICS: an app that has a route of its own and else serves the files, and tells what the service itself says
	parts
	app <<-'END'
		import { Hono } from "hono";
		import { serveStatic } from "kettle/worker";
		const app = new Hono();
		app.get("/route", (c) => c.text("route"));
		app.all("/raw/:method/:path", (c) => c.env.STATIC_FILES.fetch("http://x/" + c.req.param("path"), { method: c.req.param("method") }));
		app.all("*", serveStatic());
		app.get("/later", (c) => c.text("later"));
		export default app;
	END
	start --static "$1"
}

status() { curl -sS -o /dev/null -w '%{http_code}' "$@"; }

@test "pages, folders, types and HEAD" {
	mkdir -p files/sub 'files/a b'
	echo page >files/page.html
	echo index >files/index.html
	echo sub >files/sub/index.html
	echo '.x{}' >files/sub/style.CSS
	head -c 100000 /dev/urandom >files/data
	echo odd >'files/a b/é%41"?#.txt'
	: >files/empty.js
	serving files
	same index "$(get /)"
	same index "$(get /index.html)"
	same index "$(get '/index?query=1')"
	same page "$(get /page)"
	same page "$(get /page.html)"
	same sub "$(get /sub/)"
	same 404 "$(status "http://127.0.0.1:$PORT/sub")"
	get /data | cmp - files/data
	same odd "$(get '/a%20b/%C3%A9%2541%22%3F%23.txt')"
	same "" "$(get /empty.js)"
	same route "$(get /route)"
	same later "$(get /later)"
	same 404 "$(status "http://127.0.0.1:$PORT/nothing")"
	same 404 "$(status --data x "http://127.0.0.1:$PORT/page")"
	curl -sSI "http://127.0.0.1:$PORT/data" | tr -d '\r' | tr '[:upper:]' '[:lower:]' >headers
	grep -qx 'content-length: 100000' headers
	grep -qx 'content-type: application/octet-stream' headers
	local path type
	while read -r path type; do
		same "$type" "$(curl -sS -o /dev/null -w '%{content_type}' "http://127.0.0.1:$PORT/$path")" "$path"
	done <<-'END'
		page text/html;charset=utf-8
		sub/style.CSS text/css;charset=utf-8
		empty.js text/javascript;charset=utf-8
		a%20b/%C3%A9%2541%22%3F%23.txt text/plain;charset=utf-8
	END
	stop 0
}

@test "a path leads nowhere else, and the service only reads" {
	mkdir files
	echo x >files/x
	echo secret >secret.html
	serving files
	local path
	for path in /../secret.html /..%2fsecret.html /%2e%2e/secret /.%00./secret '/x%00' /%ff /%2fx //x /__proto__ /constructor /static-0 /entry.js; do
		same 404 "$(status --path-as-is "http://127.0.0.1:$PORT$path")" "$path"
	done
	same x "$(get /raw/GET/x)"
	for path in PUT DELETE POST; do
		same 405 "$(status "http://127.0.0.1:$PORT/raw/$path/x")" "$path"
	done
	same x "$(get /x)"
	stop 0
}

@test "a rule of the app's for some paths holds for their files, however the path is written" {
	parts
	mkdir -p files/private
	echo secret >files/private/x
	echo page >files/page.html
	app <<-'END'
		import { Hono } from "hono";
		import { serveStatic } from "kettle/worker";
		const app = new Hono();
		app.use("/private/*", (c) => c.text("forbidden", 403));
		app.get("/raw/:path", (c) => c.env.STATIC_FILES.fetch("http://x/" + c.req.raw.url.split("/raw/")[1]));
		export default app.get("*", serveStatic());
	END
	start --static files
	local path
	for path in /private/x /./private/x /%70rivate/x /x/../private/x /private//x; do
		same 403 "$(status --path-as-is "http://127.0.0.1:$PORT$path")" "$path"
	done
	for path in /private%2fx /private%2Fx '/private%5cx' /x/%2e%2e/private/x /x/.%2E/private/x //private/x /raw/private%2fx; do
		same 404 "$(status --path-as-is "http://127.0.0.1:$PORT$path")" "$path"
	done
	# No URL has a backslash (RFC 3986 2), and some readers take it for a slash: it does not come as far as the app.
	for path in '/private\x' '/x\..\private/x'; do
		same 400 "$(status --path-as-is "http://127.0.0.1:$PORT$path")" "$path"
	done
	same page "$(get '/p%61ge?a\b')"
	stop 0
}

@test "what is served is what was there at the start" {
	mkdir files
	echo first >files/x.txt
	serving files
	echo second >files/x.txt
	echo new >files/y.txt
	same first "$(get /x.txt)"
	same 404 "$(status "http://127.0.0.1:$PORT/y.txt")"
	stop 0
}

@test "the digest is what find, sort and sha256sum say" {
	mkdir -p files/a/b files/a-b 'files/é'
	local name
	for name in a/b/c a-b/c 'a b' -x .hidden é/ü Z z "q'\"*" a.txt; do
		head -c $((RANDOM % 20000)) /dev/urandom >"files/$name"
	done
	: >files/empty
	# The command that static.h gives.
	command=$(sed -n 's/^ \*     \(find .*\)/\1/p' "$ROOT/workspace/kettle/static.h")
	[[ $command == find* ]]
	same "$(cd files && bash -c "$command" | cut -c-64)" "$("$TESTBIN/workspace/kettle/static" files)"
	echo >>files/empty
	same "$(cd files && bash -c "$command" | cut -c-64)" "$("$TESTBIN/workspace/kettle/static" files)"
}

@test "without static files there is no env.STATIC_FILES, and serveStatic() finds nothing" {
	parts
	app <<-'END'
		import { Hono } from "hono";
		import { serveStatic } from "kettle/worker";
		export default new Hono().get("/env", (c) => c.text(String("STATIC_FILES" in c.env))).get("*", serveStatic());
	END
	start
	same false "$(get /env)"
	same 404 "$(status "http://127.0.0.1:$PORT/index.html")"
	stop 0
}

# refuses REASON: the folder files.
refuses() {
	expect "${STATUS:-2}" timeout 60 "$TESTBIN/workspace/kettle/static" files
	one_line "$stderr" "static: files: $1"
}

@test "only files: links, FIFOs, sockets, bad names and folders that are not there are refused" {
	STATUS=74 refuses 'cannot open the folder of static files: No such file or directory'
	mkdir files
	refuses 'there is no file in it'
	mkdir files/empty
	refuses 'there is no file in it'
	echo x >files/x
	ln -s x files/link
	refuses 'link: neither a file nor a folder'
	rm files/link
	ln -s /etc files/empty/folder
	refuses 'empty/folder: neither a file nor a folder'
	rm files/empty/folder
	mkfifo files/empty/fifo
	refuses 'empty/fifo: neither a file nor a folder'
	rm files/empty/fifo
	printf x >$'files/\xff'
	refuses $'?: the name is not UTF-8'
	rm $'files/\xff'
	printf x >$'files/a\nb'
	refuses 'a?b: the name has a control character or a backslash'
	rm $'files/a\nb'
	printf x >'files/a\b'
	refuses 'a\\b: the name has a control character or a backslash'
	rm 'files/a\b'
	expect 0 "$TESTBIN/workspace/kettle/static" files
	mv files/x .
	rm -r files
	mv x files
	STATUS=74 refuses 'cannot open the folder of static files: Not a directory'
}

@test "limits: 1000 files, 32 MiB, 32 folders deep" {
	mkdir files
	(cd files && seq 1000 | xargs touch)
	expect 0 "$TESTBIN/workspace/kettle/static" files
	touch files/1001
	refuses 'more than 1000 files'
	rm -r files
	mkdir files
	truncate -s 16M files/a files/b
	expect 0 "$TESTBIN/workspace/kettle/static" files
	truncate -s 1 files/c
	refuses 'larger than 33554432 bytes together'
	rm files/*
	truncate -s 33554433 files/a
	refuses 'a: larger than 33554432 bytes'
	rm files/a
	local deep
	deep=files/$(printf 'd/%.0s' {1..32})
	mkdir -p "$deep"
	touch "$deep/x"
	expect 0 "$TESTBIN/workspace/kettle/static" files
	mkdir "$deep/d"
	refuses "${deep#files/}d: more than 32 folders deep"
}

@test "the largest set of files is served" {
	mkdir files
	(cd files && for i in {1..999}; do echo "$i" >"$i.txt"; done)
	head -c 33000000 /dev/zero >files/big
	serving files
	get /big | cmp - files/big
	same 999 "$(get /999.txt)"
	stop 0
}
