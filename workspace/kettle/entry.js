// The worker around an app: one Durable Object, named "singleton", takes all requests, so that an app has one place for
// its state. What it gives the app is described in kettle(1) and in worker/worker.d.ts.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

// The mark of a request that came through the tunnel: worker/tunnel.js looks for it.
const ENCRYPTED_REQUEST = Symbol.for("kettle:encrypted-request");

const oneLine = (error) => String(error).replace(/\s+/g, " ");

async function load() {
	const app = await import("app.js");
	const main = app.default;
	if (typeof main === "function" && Object.getOwnPropertyDescriptor(main, "prototype")?.writable === false)
		throw new TypeError("the app's default export is a class; export an object of it");
	const answer = typeof main === "function" ? main : main?.fetch?.bind(main);
	if (typeof answer !== "function")
		throw new TypeError("the app's default export is neither a function nor an object with a fetch method");
	return { answer, onInit: app.onInit };
}

// The first word is for kettle, which tells the rest as its own error.
const app = await load().catch((error) => {
	console.error(`KETTLE_APP_LOAD_FAILED ${oneLine(error)}`);
	throw error;
});

// A fetch that finds no service would throw no more than "internal error".
function answering(service) {
	return {
		async fetch(...request) {
			try {
				return await service.fetch(...request);
			} catch (error) {
				if (error instanceof TypeError) throw error; // of the request
				return Response.json({ error: "the quote service does not answer" }, { status: 502 });
			}
		},
	};
}

let isOpen = false; // the object, and with it its database

export class HonoDurableObject extends DurableObject {
	constructor(ctx, env) {
		super(ctx, env);
		isOpen = true;
		this.appEnv = { ...env, QUOTE_SERVICE: answering(env.QUOTE_SERVICE), DO_STORAGE: ctx.storage };
		// No request is let in before it is done; when it fails, the next request tries again.
		if (typeof app.onInit === "function") ctx.blockConcurrencyWhile(() => this.init());
	}

	async init() {
		try {
			await app.onInit(this.appEnv);
		} catch (error) {
			console.error(`kettle: onInit: ${oneLine(error)}`);
			throw error;
		}
	}

	async fetch(request) {
		if (request.cf?.isTunnelled) request[ENCRYPTED_REQUEST] = true;
		return app.answer(request, this.appEnv, this.ctx);
	}
}

// Each of the worker's two sockets has an entry of its own, so that nothing in a request says which of them it came through.
// The object is told by what goes with the request beside its bytes, and is always set here.
async function pass(request, env, isTunnelled) {
	try {
		const object = env.HONO_DO.get(env.HONO_DO.idFromName("singleton"));
		return await object.fetch(new Request(request, { cf: { isTunnelled } }));
	} catch (error) {
		// The words that watchers of published apps look for; workerd has said why.
		if (!isOpen) console.error(`KETTLE_DATABASE_INIT_FAILED ${oneLine(error)}`);
		throw error;
	}
}

export default {
	fetch: (request, env) => pass(request, env, false),
};

export class Tunnelled extends WorkerEntrypoint {
	fetch(request) {
		return pass(request, this.env, true);
	}
}
