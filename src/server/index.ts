/** `natter/server`: the whole service as a layer. */
export { ChatServer } from "./ChatServer.ts"
export * as ServerConfig from "./ServerConfig.ts"
export { defaults, type ServerSettings } from "./ServerSettings.ts"

/** What `ChatServer.layerOn` needs; `natter/storage` and `layerMemory` of each make them. */
export { AccountStore } from "../accounts/AccountStore.ts"
export { KeptClients } from "../accounts/KeptClients.ts"
export { ChannelStore } from "../channels/ChannelStore.ts"
export { History } from "../history/History.ts"
export { WebhookStore } from "../webhooks/WebhookStore.ts"
export { HistorySettings } from "../history/HistorySettings.ts"
export type { Listener, Listening } from "../transport/Listener.ts"
export type { ListenError } from "../transport/ListenError.ts"
export { TlsContext } from "../transport/tls/TlsContext.ts"
export * as TcpListener from "../transport/tcp/TcpListener.ts"
