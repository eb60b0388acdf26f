import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Scope } from "effect/Scope"
import type { Settings } from "../../src/testing/TestServer.ts"
import { authority, folder } from "../transport/tls/pairs.ts"
import { inLobby, type Lobby } from "./lobby.ts"
import { startInTerminal } from "./natter.ts"
import * as Here from "./natterHere.ts"
import * as Natter from "./NatterProcess.ts"

const ca = authority()
const server = ca.issue("localhost")
const ann = ca.client("ann")
const password = { NATTER_PASSWORD: "secret of ann" }

/** A server with TLS that takes certificates of clients, and the files of both sides. */
const secure = <E>(
  test: (lobby: Lobby, at: (name: string) => string) => Effect.Effect<void, E, Scope>,
): (() => Effect.Effect<void, unknown>) => {
  return () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { at } = yield* folder({
          "ca.pem": ca.cert,
          "server.pem": server.cert,
          "server-key.pem": server.key,
          "ann.pem": ann.cert,
          "ann-key.pem": ann.key,
        })
        const settings: Settings = {
          tls: {
            cert: at("server.pem"),
            key: at("server-key.pem"),
            clientCa: at("ca.pem"),
            clientCertificates: "optional",
          },
        }
        yield* inLobby((lobby) => test(lobby, at), settings)()
      }),
    )
}

/** The commands of somebody with a home. */
const person = () => {
  const home = Natter.makeFolder()
  return (args: ReadonlyArray<string>, more: NodeJS.ProcessEnv = {}, input = "") =>
    Effect.promise(() => Here.run(args, { env: { HOME: home, ...more }, input }))
}

describe("natter, over whatever leads to a server", () => {
  it.live(
    "says it there",
    secure(({ address, heard }, at) =>
      Effect.gen(function* () {
        const run = person()
        const trusting = ["--ca", at("ca.pem"), "--name", "ann"]
        for (const [where, ...flags] of [
          [`ws://127.0.0.1${address}`, "--name", "ann"],
          [`tls://localhost${address}`, ...trusting],
          [`wss://localhost${address}`, ...trusting],
        ]) {
          assert.deepInclude(yield* run(["send", where!, ...flags, where!], password), { code: 0, stderr: "" }, where)
          assert.deepStrictEqual(yield* heard(1), [`ann: ${where}`])
        }
        // To be said over events it has to be the server signed in to, or be typed into `natter chat`: a link is a text.
        const events = `https://localhost${address}`
        const chatted = yield* run(["chat", events, ...trusting], password, "over events\n")
        assert.deepInclude(chatted, { code: 0 }, chatted.stderr)
        assert.deepStrictEqual(yield* heard(1), ["ann: over events"])
      }),
    ),
  )

  it.live(
    "talks with all of the terminal",
    secure(({ address, heard, say }, at) =>
      Effect.gen(function* () {
        const where = `wss://localhost${address}`
        const env = { HOME: Natter.makeFolder(), ...password }
        const chat = yield* startInTerminal(["chat", where, "--ca", at("ca.pem"), "--name", "ann"], env)
        yield* chat.see(/wss:\/\/localhost:\d+/)
        yield* chat.see(/ann/)
        yield* say("hello ann")
        yield* chat.see(/hello ann/)
        chat.type("hello from the terminal\r")
        assert.deepStrictEqual(yield* heard(2), ["listener: hello ann", "ann: hello from the terminal"])
        chat.type("/quit\r")
        assert.strictEqual(yield* chat.ended, 0)
      }).pipe(Effect.scoped),
    ),
  )

  it.live(
    "says what is wrong on the way",
    secure(({ address }, at) =>
      Effect.gen(function* () {
        const run = person()
        for (const [where, message, ...flags] of [
          [`wss://localhost${address}`, /its certificate is of an authority that is not trusted here/],
          [`wss://127.0.0.1${address}`, /its certificate is for other names/, "--ca", at("ca.pem")],
          [`ws://127.0.0.1${address}/elsewhere`, /it opens no WebSocket there, but answers with status 404/],
          ["ws://127.0.0.1:1", /nothing listens on ws:\/\/127\.0\.0\.1:1/],
          ["wss://", /wss:\/\/ is not an address: write it as wss:\/\/chat\.example\.org\/ws/],
        ] as const) {
          const { code, stderr } = yield* run(["tail", where, "--name", "ann", "--no-reconnect", ...flags], password)
          assert.strictEqual(code, 1, where)
          assert.match(stderr, message)
        }
      }),
    ),
  )

  it.live(
    "keeps whom to trust there, and the certificate to sign in with",
    secure(({ address, heard, server }, at) =>
      Effect.gen(function* () {
        const run = person()
        const where = `wss://localhost${address}`
        yield* server.accounts.add({ name: "ann", password: Redacted.make("secret of ann"), role: "member" })
        const trusting = ["--ca", at("ca.pem"), "--name", "ann"]
        const byPassword = yield* run(["login", where, ...trusting], password)
        assert.deepInclude(byPassword, { code: 0, stderr: `signed in to ${where} as ann\n` })
        assert.deepInclude(yield* run(["send", "trusted"]), { code: 0, stderr: "" })

        const showing = ["--cert", at("ann.pem"), "--key", at("ann-key.pem")]
        const byCertificate = yield* run(["login", where, ...trusting, ...showing])
        assert.deepInclude(byCertificate, {
          code: 0,
          stderr: `signed in to ${where} as ann, by certificate: kept is where its files lie\n`,
        })
        assert.match((yield* run(["login", "--list"])).stdout, /wss:\/\/localhost:\d+ +ann +certificate +yes/)
        assert.deepInclude(yield* run(["send", "without a password"]), { code: 0, stderr: "" })
        assert.deepStrictEqual(yield* heard(2), ["ann: trusted", "ann: without a password"])
      }),
    ),
  )
})
