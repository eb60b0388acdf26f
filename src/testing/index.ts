/** `natter/testing`: a server, clients and hostile input for the tests of who embeds or extends Natter (docs/EMBEDDING.md). */
export * as Fuzz from "./Fuzz.ts"
export * as Link from "./Link.ts"
export * as MemoryDialer from "./MemoryDialer.ts"
export * as MemoryTransport from "./MemoryTransport.ts"
export * as TestClient from "./TestClient.ts"
export { type Settings, TestServer } from "./TestServer.ts"
