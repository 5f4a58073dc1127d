// The worker that has the static files, which app.env.STATIC_FILES asks: each is a binding, by its path from the root with
// a slash in front. They are in its memory, as they were hashed; there is no folder behind it.
const METHODS = ["GET", "HEAD"];

function pathOf(request) {
	const { pathname } = new URL(request.url);
	if (/%2f/i.test(pathname)) return null; // no name has a slash, and who looks at the path would take it for another
	try {
		return decodeURIComponent(pathname);
	} catch {
		return null; // not percent-encoded UTF-8, so no file's name
	}
}

export default {
	fetch(request, env) {
		const path = pathOf(request);
		if (!METHODS.includes(request.method))
			return new Response("method not allowed\n", { status: 405, headers: { allow: METHODS.join() } });
		if (path === null || !Object.hasOwn(env, path)) return new Response("not found\n", { status: 404 });
		const headers = { "content-type": "application/octet-stream", "content-length": env[path].byteLength };
		return new Response(request.method === "HEAD" ? null : env[path], { headers });
	},
};
