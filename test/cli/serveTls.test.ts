/** TLS as an operator meets it: certificates made, served, replaced, and shown by clients. */
import { X509Certificate } from "node:crypto"
import { once } from "node:events"
import * as fs from "node:fs"
import * as tls from "node:tls"
import { expect, test } from "vitest"
import { run } from "./natterHere.ts"
import * as Natter from "./NatterProcess.ts"
import { makeFolder, natter } from "./NatterProcess.ts"

const hello = (username: string) => {
  const body = JSON.stringify({ type: "Login", username, password: "" })
  const frame = Buffer.alloc(4 + body.length)
  frame.writeUInt32BE(body.length)
  frame.write(body, 4)
  return frame
}

/** The body of the first frame that comes. */
const answer = async (socket: tls.TLSSocket) => {
  const [bytes] = (await once(socket, "data")) as [Buffer]
  return JSON.parse(bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString())
}

test("natter cert makes what natter serve and its clients take, and a new certificate cuts nobody off", async () => {
  const folder = makeFolder()
  const certs = `${folder}/certs`
  const at = (name: string) => `${certs}/${name}.pem`
  const made = await Natter.run(["cert", "--out", certs])
  expect(made).toMatchObject({ code: 0, stderr: "" })
  expect(made.stdout).toContain(`natter serve --tls-cert ${at("server")} --tls-key ${at("server-key")}\n`)
  expect(await run(["cert", "client", "ann", "--out", certs])).toMatchObject({ code: 0, stderr: "" })
  expect(await run(["user", "add", "ann", "--data", folder], { input: "secret\n" })).toMatchObject({ code: 0 })

  const server = natter(
    ["serve", "--port", "0", "--data", folder, "--tls-cert", at("server"), "--tls-key", at("server-key")],
    { env: { NATTER_TLS_CLIENT_CERTIFICATES: "optional", NATTER_TLS_CLIENT_CA: at("ca") } },
  )
  const [, port] = await server.says(/listens on 127\.0\.0\.1:(\d+)/)
  expect(server.stderr).toMatch(
    /TLS certificate for DNS:localhost, IP Address:127\.0\.0\.1, [^,]*, valid until 20\d\d-/,
  )

  const trust = ["--ca", at("ca")]
  const ann = [...trust, "--cert", at("client-ann"), "--key", at("client-ann-key")]
  for (const scheme of ["tls", "wss"]) {
    const address = `${scheme}://localhost:${port}`
    expect(await run(["send", address, ...ann, "--name", "ann", "hello"]), scheme).toMatchObject({
      code: 0,
      stderr: "",
    })
    expect(await run(["send", address, ...ann, "--name", "bob", "hello"]), scheme).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("of no account of this name"),
    })
    expect(
      await run(["send", address, "--name", "ann", "hello"], { env: { NATTER_PASSWORD: "secret" } }),
    ).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("name the authority with --ca"),
    })
  }

  const dial = async () => {
    const pems = { ca: "ca", cert: "client-ann", key: "client-ann-key" }
    const options = Object.fromEntries(Object.entries(pems).map(([name, file]) => [name, fs.readFileSync(at(file))]))
    const socket = tls.connect({ host: "127.0.0.1", port: Number(port), ...options })
    await once(socket, "secureConnect")
    return socket
  }
  const serial = () => new X509Certificate(fs.readFileSync(at("server"))).serialNumber
  const before = await dial()
  expect(before.getPeerX509Certificate()!.serialNumber).toBe(serial())

  const old = serial()
  expect(await run(["cert", "--out", certs, "--force"])).toMatchObject({ code: 0 })
  expect(serial()).not.toBe(old)
  server.child.kill("SIGHUP")
  while ((server.stderr.match(/TLS certificate for/g) ?? []).length < 2) await once(server.child.stderr!, "data")
  const after = await dial()
  expect(after.getPeerX509Certificate()!.serialNumber).toBe(serial())
  // Both can be talked over, in version 1 without a password, too.
  for (const socket of [before, after]) {
    socket.write(hello("ann"))
    expect(await answer(socket)).toMatchObject({ type: "LoginResponse", success: true, token: null })
    socket.destroy()
  }
  server.child.kill("SIGTERM")
  expect(await server.ended).toEqual({ code: 0, signal: null })
})

test("natter serve says what is wrong with its certificate before it listens", async () => {
  const folder = makeFolder()
  const serve = (...args: ReadonlyArray<string>) => run(["serve", "--port", "0", "--data", folder, ...args])
  expect(await serve("--tls-cert", "none.pem")).toMatchObject({
    code: 1,
    stdout: "",
    stderr: "natter: tls.cert is given without tls.key: name the file of its private key, too\n",
  })
  expect(await serve("--tls-cert", "none.pem", "--tls-key", "none.pem")).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/^natter: tls\.cert: there is no file none\.pem; `natter cert` makes/),
  })
})
