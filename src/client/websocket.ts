/** `natter/client/websocket`: how the client reaches a server in a browser, or wherever there are WebSockets. */
export * as WebDialer from "./transport/WebDialer.ts"
export * as WebSocket from "./transport/WebSocket.ts"
