/** `natter/client/tcp`: how the client reaches a server over TCP, on Node. `natter/client/node` does more. */
export * as Address from "./Address.ts"
export * as Tcp from "./transport/Tcp.ts"
