# The image in containers: a real app answers HTTP, under the restrictions people run it with.
load launcher

setup_file() { launcher_setup; }

teardown_file() { launcher_teardown; }

setup() {
	launcher_scratch
	mkdir app
	cat >app/app.ts <<-'EOT'
		type Count = { count: number };
		export async function onInit(env: any): Promise<void> {
			env.DO_STORAGE.sql.exec("CREATE TABLE IF NOT EXISTS calls (count INTEGER)");
		}
		export default {
			async fetch(request: Request, env: any): Promise<Response> {
				env.DO_STORAGE.sql.exec("INSERT INTO calls VALUES (1)");
				const row: Count = env.DO_STORAGE.sql.exec("SELECT count(*) AS count FROM calls").one();
				return Response.json({ method: request.method, path: new URL(request.url).pathname, calls: row.count });
			},
		};
	EOT
	manifest app/app.ts
}

teardown() { launcher_clear; }

@test "an app mounted at /app answers HTTP, as a user that is not root, with nothing writable but /tmp and /data" {
	launch app --volume "$PWD/app:/app:ro" --volume data:/data
	answers app
	same '{"method":"POST","path":"/a/b","calls":2}' "$(ask app /a/b --data x)"
	same 'kettle' "$(podman top app user | sed 1d | sort -u)"
	same '65532 65532' "$(awk '/^[UG]id:/ { print $2 }' "/proc/$(state app Pid)/status" | paste -sd' ')"
	same '0000000000000000' "$(awk '/^CapEff:/ { print $2 }' "/proc/$(state app Pid)/status")"
	same '1' "$(awk '/^NoNewPrivs:/ { print $2 }' "/proc/$(state app Pid)/status")"
}

@test "the example of the workspace runs as it is" {
	launch example --volume "$ROOT/workspace/kettle/example:/app:ro" --volume data:/data
	answers example /healthz
	same '{"ok":true}' "$(ask example /healthz)"
	same 'Hello, you. You are visitor 1.' "$(ask example '/?name=you')"
	same 'Hello, you. You are visitor 2.' "$(ask example '/?name=you')"
}

@test "the manifest may be elsewhere: KETTLE_MANIFEST as a path and as a file URL, and as an argument" {
	mv app elsewhere
	launch path --volume "$PWD/elsewhere:/srv:ro" --volume path:/data --env KETTLE_MANIFEST=/srv/manifest.json
	launch url --volume "$PWD/elsewhere:/srv:ro" --volume url:/data --env KETTLE_MANIFEST=file:///srv/manifest.json
	launch argument --volume "$PWD/elsewhere:/srv:ro" --volume argument:/data -- /srv/manifest.json
	for name in path url argument; do
		answers $name
		same 'GET' "$(ask $name / | jq -r .method)"
	done
}

@test "what the app has stored outlives the container, in a volume that was never prepared" {
	launch first --volume "$PWD/app:/app:ro" --volume kept:/data
	answers first
	calls=$(ask first / | jq .calls)
	podman stop --time 20 first >/dev/null
	podman rm first >/dev/null
	launch second --volume "$PWD/app:/app:ro" --volume kept:/data
	answers second
	[ "$(ask second / | jq .calls)" -gt "$calls" ]
}

@test "any other user will do, given a data folder that is its own" {
	mkdir data
	chown 12345:12345 data
	launch other --user 12345:12345 --volume "$PWD/app:/app:ro" --volume "$PWD/data:/data"
	answers other
	same '12345' "$(awk '/^Uid:/ { print $2 }' "/proc/$(state other Pid)/status")"
	same '' "$(find data ! -user 12345)"
}

@test "another port" {
	launch port --volume "$PWD/app:/app:ro" --volume data:/data --env KETTLE_PORT=3002
	until podman logs port 2>&1 | grep -q 'port 3002'; do
		[ "$(state port Status)" = running ]
		sleep 0.1
	done
	nsenter --net="/proc/$(state port Pid)/ns/net" curl --silent --fail http://127.0.0.1:3002/ | jq -e '.calls == 1'
}

@test "SIGTERM ends it of its own accord, with status 0, and leaves no process" {
	launch app --volume "$PWD/app:/app:ro" --volume data:/data
	answers app
	mapfile -t processes < <(podman top app hpid | sed 1d)
	[ ${#processes[@]} -ge 2 ]
	podman stop --time 30 app >/dev/null # 137 when it had to be killed
	same 0 "$(state app ExitCode)"
	for process in "${processes[@]}"; do [ ! -e "/proc/$process" ]; done
	same 'kettle: stopped by SIGTERM' "$(podman logs app 2>&1 | tail -n 1)"
}

@test "a worker that dies takes the container with it, with its status, so that it is restarted and not dead silently" {
	launch app --volume "$PWD/app:/app:ro" --volume data:/data
	answers app
	kill -KILL "$(podman top app hpid args | awk '/workerd serve/ { print $1 }')"
	same 137 "$(podman wait app)"
	same 'kettle: workerd: killed by SIGKILL' "$(podman logs app 2>&1 | tail -n 1)"
}

@test "an app that is not what its manifest says is not run: one line, and a verdict" {
	echo '// one more line' >>app/app.ts
	launch app --volume "$PWD/app:/app:ro" --volume data:/data
	same 1 "$(podman wait app)"
	one_line "$(podman logs app 2>&1)" "kettle: /app/app.ts: sha256"
}

@test "no manifest: one line that names the places looked at" {
	launch app --volume data:/data
	status=$(podman wait app)
	one_line "$(podman logs app 2>&1)" '/app/manifest.json'
	[ "$status" -ne 0 ]
}

@test "a data folder that cannot be written: one line" {
	mkdir data
	launch app --volume "$PWD/app:/app:ro" --volume "$PWD/data:/data"
	status=$(podman wait app)
	one_line "$(podman logs app 2>&1)" '/data'
	[ "$status" -ge 70 ]
}

@test "the image layer-digest digests a layer from its standard input" {
	digester=$(pull layer-digest)
	layer=$IMAGES/layer-digest/oci/$(jq -r '.manifests[0].digest | "blobs/" + sub(":"; "/")' "$IMAGES/layer-digest/oci/index.json")
	layer=$IMAGES/layer-digest/oci/$(jq -r '.layers[-1].digest | "blobs/" + sub(":"; "/")' "$layer")
	podman run --rm --interactive --network none --cap-drop all --read-only --read-only-tmpfs=false "$digester" <"$layer" >digests
	same "$(jq -cS '.layers[-1] | {blob, diff_id, entries, media_type}' "$IMAGES/layer-digest/report.json")" \
		"$(jq -cS '.[0] | {blob, diff_id, entries, media_type}' digests)"
}
