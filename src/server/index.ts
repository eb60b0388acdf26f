/** `natter/server`: the whole service as a layer. */
export { ChatServer } from "./ChatServer.ts"
export * as ServerConfig from "./ServerConfig.ts"
export { defaults, type ServerSettings } from "./ServerSettings.ts"
