// The name by which published apps import it.
export {
	ENCRYPTED_REQUEST,
	encryptedOnly,
	encryptedOnlyHono,
	type GetQuoteFunction,
	getTunnelServerContext,
	type IntelQuoteData,
	isEncryptedRequest,
	isWorkerdEnvironment,
	type SevSnpQuoteData,
	ServerRAMockWebSocket,
	ServerRAMockWebSocketServer,
	setTunnelServerContext,
	TunnelServer,
	type TunnelServerGlobalContext,
	type UpgradeWebSocketFunction,
	type VerifierNonce,
} from "kettle/worker";
