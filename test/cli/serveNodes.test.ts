/** A node as an operator meets it: its certificate is replaced. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { once } from "node:events"
import * as fs from "node:fs"
import * as tls from "node:tls"
import { expect, test } from "vitest"
import { freePort } from "../../src/load/FreePort.ts"
import { emptyDatabase } from "../postgres/database.ts"
import * as Natter from "./NatterProcess.ts"
import { makeFolder, serve } from "./NatterProcess.ts"

const port = () => Effect.runPromise(freePort("127.0.0.1"))

/** On a database, at a free port for other nodes. */
const nodeOn = async (url: Redacted.Redacted) => {
  const peers = await port()
  const env = {
    NATTER_STORAGE: "postgres",
    NATTER_POSTGRES_URL: Redacted.value(url),
    NATTER_CLUSTER_ENABLED: "on",
    NATTER_CLUSTER_ADDRESS: `127.0.0.1:${peers}`,
  }
  return { peers, env }
}

test("SIGHUP has a node show other nodes the certificate that is in its files by then", async () => {
  const folder = makeFolder()
  const at = (name: string) => `${folder}/certs/${name}.pem`
  const issue = () => Natter.run(["cert", "node", "127.0.0.1", "--out", `${folder}/certs`, "--force"])
  expect(await issue()).toMatchObject({ code: 0 })
  const { env, peers } = await nodeOn(await Effect.runPromise(emptyDatabase))
  const files = { cert: at("node-127.0.0.1"), key: at("node-127.0.0.1-key"), ca: at("ca") }
  const server = await serve(folder, {
    env: {
      ...env,
      NATTER_CLUSTER_TLS_CERT: files.cert,
      NATTER_CLUSTER_TLS_KEY: files.key,
      NATTER_CLUSTER_TLS_CA: files.ca,
      NATTER_TLS_WATCH: "off",
    },
  })
  const shown = async () => {
    const [cert, key, ca] = [files.cert, files.key, files.ca].map((file) => fs.readFileSync(file))
    const socket = tls.connect({ host: "127.0.0.1", port: peers, cert, key, ca })
    await once(socket, "secureConnect")
    const { fingerprint256 } = socket.getPeerX509Certificate()!
    socket.destroy()
    return fingerprint256
  }
  const before = await shown()
  expect(await issue()).toMatchObject({ code: 0 })
  expect(await shown()).toBe(before)
  server.child.kill("SIGHUP")
  await server.says(/valid until[\s\S]*valid until/)
  expect(await shown()).not.toBe(before)
})
