// The worker around an app: one Durable Object, named "singleton", takes all requests, so that an app has one place for
// its state. What it gives the app is described in kettle(1).
import * as app from "app.js";
import { DurableObject } from "cloudflare:workers";

const main = app.default;
const answer = typeof main === "function" ? main : main?.fetch?.bind(main);
if (typeof answer !== "function")
	throw new TypeError("the app's default export is neither a function nor an object with a fetch method");

export class HonoDurableObject extends DurableObject {
	constructor(ctx, env) {
		super(ctx, env);
		this.appEnv = { ...env, DO_STORAGE: ctx.storage };
		// No request is let in before it is done; when it fails, the next request tries again.
		if (typeof app.onInit === "function") ctx.blockConcurrencyWhile(() => this.init());
	}

	async init() {
		try {
			await app.onInit(this.appEnv);
		} catch (error) {
			console.error(`kettle: onInit: ${error}`);
			throw error;
		}
	}

	fetch(request) {
		return answer(request, this.appEnv, this.ctx);
	}
}

export default {
	fetch(request, env) {
		return env.HONO_DO.get(env.HONO_DO.idFromName("singleton")).fetch(request);
	},
};
