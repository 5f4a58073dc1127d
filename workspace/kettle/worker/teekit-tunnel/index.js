// The name by which published apps import it.
export {
	ENCRYPTED_REQUEST,
	encryptedOnly,
	encryptedOnlyHono,
	getTunnelServerContext,
	isEncryptedRequest,
	isWorkerdEnvironment,
	ServerRAMockWebSocket,
	ServerRAMockWebSocketServer,
	setTunnelServerContext,
	TunnelServer,
} from "kettle/worker";
