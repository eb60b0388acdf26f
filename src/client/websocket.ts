/** `natter/client/websocket`: how the client reaches a server in a browser, or wherever there are WebSockets or `fetch`. */
export * as Sse from "./transport/Sse.ts"
export * as WebDialer from "./transport/WebDialer.ts"
export * as WebSocket from "./transport/WebSocket.ts"
