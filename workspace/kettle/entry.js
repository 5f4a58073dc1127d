// The worker around an app: one Durable Object, named "singleton", takes all requests, so that an app has one place for
// its state. What it gives the app is described in kettle(1) and in worker/worker.d.ts.
import { DurableObject } from "cloudflare:workers";

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
		return app.answer(request, this.appEnv, this.ctx);
	}
}

export default {
	async fetch(request, env) {
		try {
			return await env.HONO_DO.get(env.HONO_DO.idFromName("singleton")).fetch(request);
		} catch (error) {
			// The words that watchers of published apps look for; workerd has said why.
			if (!isOpen) console.error(`KETTLE_DATABASE_INIT_FAILED ${oneLine(error)}`);
			throw error;
		}
	},
};
