/** `natter/client/node`: how the client reaches a server on Node, at any address. */
export * as Address from "./Address.ts"
export * as NodeDialer from "./transport/NodeDialer.ts"
export type { TlsOptions } from "./transport/TlsOptions.ts"
