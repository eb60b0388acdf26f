/** The transports that run over TLS, with a certificate that is made for the tests of a file. */
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { afterAll } from "vitest"
import * as Link from "../../src/testing/Link.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { authority } from "../transport/tls/pairs.ts"
import { exact } from "./exactly.ts"
import { unhurried, type World } from "./transportWorld.ts"

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "natter-tls-"))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const ca = authority()
const pair = ca.issue("localhost")
/** The settings of TLS with a certificate for `localhost`. */
export const files = { cert: path.join(folder, "cert.pem"), key: path.join(folder, "key.pem") }
fs.writeFileSync(files.cert, pair.cert)
fs.writeFileSync(files.key, pair.key)

/** Whom its clients trust. */
export const trust = { ca: ca.cert, servername: "localhost" }

const overTls = Link.tls(trust)

export const tls: World = {
  name: "TLS",
  stream: true,
  layer: (settings) => exact(TestServer.layerTcp({ ...unhurried(settings), tls: files }, overTls)),
}

export const secureWebSocket: World = {
  name: "a WebSocket over TLS",
  stream: false,
  layer: (settings) => exact(TestServer.layerTcp({ ...unhurried(settings), tls: files }, Link.websocket({}, overTls))),
}
