// Types of what kettle/worker has for the tunnel, which is also "@teekit/tunnel".
import type { Context, Hono, MiddlewareHandler } from "hono";

/** Whether a request, such as `c.req.raw`, came through the tunnel. Nothing that a client sends has a say in it. */
export function isEncryptedRequest(request: unknown): boolean;

/** The property by which it is so marked. */
export const ENCRYPTED_REQUEST: unique symbol;

/** Answers what did not come through the tunnel with 403 "Encrypted channel required": `app.use("/secret/*", encryptedOnly())`. */
export function encryptedOnly(options?: { errorStatus?: number; errorMessage?: string }): MiddlewareHandler;
/** The same. */
export const encryptedOnlyHono: typeof encryptedOnly;

interface Emitter<Events extends Record<string, unknown[]>> {
	on<Name extends keyof Events>(name: Name, listener: (...values: Events[Name]) => void): this;
	once<Name extends keyof Events>(name: Name, listener: (...values: Events[Name]) => void): this;
	off<Name extends keyof Events>(name: Name, listener: (...values: Events[Name]) => void): this;
	removeListener<Name extends keyof Events>(name: Name, listener: (...values: Events[Name]) => void): this;
	removeAllListeners(name?: keyof Events): this;
	listenerCount(name: keyof Events): number;
}

/** A tunnelled WebSocket. */
export interface ServerRAMockWebSocket
	extends Emitter<{ message: [data: string | Uint8Array, context?: Context]; close: [code: number, reason: string] }> {
	readonly CONNECTING: 0;
	readonly OPEN: 1;
	readonly CLOSING: 2;
	readonly CLOSED: 3;
	readonly readyState: number;
	/** Hono's, of the request that opened it. */
	readonly extraContext?: Context;
	/** When it is not open, nothing happens. */
	send(data: string | ArrayBuffer | ArrayBufferView): void;
	close(code?: number, reason?: string): void;
}
export const ServerRAMockWebSocket: { prototype: ServerRAMockWebSocket };

/** Once something listens for "connection", all tunnelled WebSockets come here, whatever their path; else they are requests
 * to the app's routes, as those in clear are. */
export interface ServerRAMockWebSocketServer extends Emitter<{ connection: [socket: ServerRAMockWebSocket, context?: Context] }> {
	readonly clients: Set<ServerRAMockWebSocket>;
	/** Closes those that are open. */
	close(done?: () => void): void;
}
export const ServerRAMockWebSocketServer: { prototype: ServerRAMockWebSocketServer };

/** Of the functions for quotes that published apps give; they are not called. */
export type VerifierNonce = { val: Uint8Array; iat: Uint8Array; signature: Uint8Array };
export type IntelQuoteData = { quote: Uint8Array; verifier_data?: VerifierNonce; runtime_data?: Uint8Array };
export type SevSnpQuoteData = {
	quote: Uint8Array;
	vcek_cert: string;
	ask_cert?: string;
	ark_cert?: string;
	nonce?: Uint8Array;
};
type QuoteData = IntelQuoteData | SevSnpQuoteData;
export type GetQuoteFunction = (x25519PublicKey: Uint8Array, env?: any) => Promise<QuoteData> | QuoteData;
export type UpgradeWebSocketFunction = unknown;
export type TunnelServerGlobalContext = { getQuote?: GetQuoteFunction; upgradeWebSocket?: UpgradeWebSocketFunction };

/** What apps written for the published kettle begin with. The tunnel is there without it. */
export class TunnelServer {
	private constructor();
	/** Takes the tunnelled WebSockets to `wss`. The last two are for apps that give them, and not needed. */
	static initialize(
		app: Hono<any, any, any>,
		getQuote?: GetQuoteFunction,
		config?: { upgradeWebSocket?: UpgradeWebSocketFunction; heartbeatInterval?: number; heartbeatTimeout?: number },
	): Promise<TunnelServer>;
	readonly app: Hono<any, any, any>;
	readonly wss: ServerRAMockWebSocketServer;
}

/** Of published modules; without effect. */
export function setTunnelServerContext(context: TunnelServerGlobalContext): void;
export function getTunnelServerContext(): TunnelServerGlobalContext;
export function isWorkerdEnvironment(): boolean;
