/** `natter/client/websocket`: how the client reaches a server over a WebSocket, in a browser or on Node. */
export * as WebSocket from "./transport/WebSocket.ts"
