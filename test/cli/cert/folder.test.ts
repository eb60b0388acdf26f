import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import * as crypto from "node:crypto"
import * as fs from "node:fs"
import { client, server } from "../../../src/cli/cert/run.ts"
import { authority, folder } from "../../transport/tls/pairs.ts"

const day = 86_400_000
const start = Date.parse("2026-03-01T12:00:00Z")

/** A folder of its own, and what was printed. */
const world = (files: Readonly<Record<string, string>> = {}) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(start)
    const { at } = yield* folder(files)
    const printed: Array<string> = []
    const console: Console.Console = { ...globalThis.console, log: (line: string) => void printed.push(line) }
    const flags = { out: at("certs"), days: 365, force: false, json: false, names: [] }
    const run = <A, E, R>(made: Effect.Effect<A, E, R>) =>
      made.pipe(Effect.provideService(Console.Console, console), Effect.provide(NodeServices.layer))
    return {
      flags,
      printed,
      at: (name: string) => at(`certs/${name}`),
      read: (name: string) => fs.readFileSync(at(`certs/${name}`), "utf8"),
      mode: (name: string) => (fs.statSync(at(`certs/${name}`)).mode & 0o777).toString(8),
      server: (more: Partial<Parameters<typeof server>[0]> = {}) => run(server({ ...flags, ...more })),
      client: (name: string, more: Partial<Parameters<typeof client>[0]> = {}) =>
        run(client({ ...flags, ...more, name })),
      refused: (made: Effect.Effect<void, { readonly message: string }>) =>
        Effect.map(Effect.flip(made), ({ message }) => message),
    }
  })

const certificate = (pem: string) => new crypto.X509Certificate(pem)

describe("natter cert", () => {
  it.effect("makes an authority and a server's pair, which nobody else can read, and says what to do next", () =>
    Effect.gen(function* () {
      const { at, mode, printed, read, server } = yield* world()
      yield* server()
      assert.deepStrictEqual(["", "ca-key.pem", "server-key.pem"].map(mode), ["700", "600", "600"])
      const made = certificate(read("server.pem"))
      assert.isTrue(made.checkIssued(certificate(read("ca.pem"))))
      assert.strictEqual(made.validToDate.toISOString(), "2027-03-01T12:00:00.000Z")
      assert.isBelow(made.validFromDate.getTime(), start)
      // The authority comes along.
      assert.isTrue(read("server.pem").endsWith(read("ca.pem")))
      const [text = ""] = printed
      assert.include(text, `natter serve --tls-cert ${at("server.pem")} --tls-key ${at("server-key.pem")}\n`)
      assert.include(text, `natter chat wss://localhost:8080 --ca ${at("ca.pem")} --name ann`)
      assert.include(text, "for localhost, 127.0.0.1, ::1, valid until 2027-03-01")
    }).pipe(Effect.scoped),
  )

  it.effect("uses the authority again, and replaces nothing unless it is told to", () =>
    Effect.gen(function* () {
      const { at, read, refused, server } = yield* world()
      yield* server()
      const [ca, before] = [read("ca.pem"), read("server.pem")]
      assert.strictEqual(
        yield* refused(server()),
        `${at("server.pem")} is there already: --force replaces it, --out takes another folder`,
      )
      assert.strictEqual(read("server.pem"), before)
      yield* server({ force: true, names: ["192.0.2.1", "chat.test"] })
      assert.strictEqual(read("ca.pem"), ca)
      assert.strictEqual(certificate(read("server.pem")).subjectAltName, "IP Address:192.0.2.1, DNS:chat.test")
      assert.isTrue(certificate(read("server.pem")).verify(certificate(ca).publicKey))
    }).pipe(Effect.scoped),
  )

  it.effect("says where a name is none, and makes nothing", () =>
    Effect.gen(function* () {
      const { at, refused, server } = yield* world()
      assert.match(yield* refused(server({ names: ["localhost", "a b"] })), /^--name a b is no name of a host/)
      assert.isFalse(fs.existsSync(at("")))
    }).pipe(Effect.scoped),
  )

  it.effect("makes a client's pair, and files of odd names do not leave the folder", () =>
    Effect.gen(function* () {
      const { client, printed, read, refused } = yield* world()
      yield* client("ann", { json: true })
      const { account, authority, key, until } = JSON.parse(printed[0]!)
      assert.deepStrictEqual([account, authority, until], ["ann", "new", "2027-03-01"])
      assert.strictEqual(fs.readFileSync(key, "utf8"), read("client-ann-key.pem"))
      assert.strictEqual(certificate(read("client-ann.pem")).subject, "CN=ann")
      yield* client("../../Ann O'Neill")
      assert.strictEqual(certificate(read("client-.._.._Ann_O_Neill.pem")).subject, "CN=../../Ann O'Neill")
      assert.include(printed[1], `--name '../../Ann O'\\''Neill'`)
      assert.match(yield* refused(client(" ")), /^" " cannot be the name of an account/)
    }).pipe(Effect.scoped),
  )

  it.effect("lets none outlive its authority, and makes another authority only when that has expired", () =>
    Effect.gen(function* () {
      const { flags, read, refused, server } = yield* world()
      yield* server()
      const ca = certificate(read("ca.pem"))
      yield* TestClock.adjust(3640 * day)
      yield* server({ force: true })
      assert.strictEqual(certificate(read("server.pem")).validTo, ca.validTo)
      yield* TestClock.adjust(11 * day)
      fs.rmSync(`${flags.out}/server.pem`)
      fs.rmSync(`${flags.out}/server-key.pem`)
      assert.match(yield* refused(server()), /ca\.pem has expired: --force makes another one/)
      yield* server({ force: true })
      assert.notStrictEqual(certificate(read("ca.pem")).subject, ca.subject)
    }).pipe(Effect.scoped),
  )

  it.effect("takes no authority that it has not made, or half of one", () =>
    Effect.gen(function* () {
      const { at, flags, refused, server } = yield* world()
      const { cert, key } = authority("Somebody else")
      fs.mkdirSync(flags.out)
      fs.writeFileSync(at("ca.pem"), cert)
      assert.match(yield* refused(server()), /^there is .*ca\.pem and no .*ca-key\.pem: bring that back/)
      fs.writeFileSync(at("ca-key.pem"), key)
      assert.match(yield* refused(server()), /ca\.pem is no authority that natter cert has made/)
      fs.writeFileSync(at("ca.pem"), "hello")
      assert.match(yield* refused(server()), /ca\.pem is no authority/)
      assert.isFalse(fs.existsSync(at("server.pem")))
    }).pipe(Effect.scoped),
  )
})
