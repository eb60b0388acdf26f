/** `natter/testing`: a server, clients and hostile input for the tests of who embeds or extends Natter. */
export * as Fuzz from "./Fuzz.ts"
export * as Link from "./Link.ts"
export * as MemoryTransport from "./MemoryTransport.ts"
export * as TestClient from "./TestClient.ts"
export { TestServer } from "./TestServer.ts"
