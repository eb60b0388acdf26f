import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import * as crypto from "node:crypto"
import * as fs from "node:fs"
import * as Net from "node:net"
import * as Tls from "node:tls"
import { type Secured, TlsContext } from "../../../src/transport/tls/TlsContext.ts"
import { defaults, type TlsSettings } from "../../../src/transport/tls/TlsSettings.ts"
import { eventually } from "../../suites/transportWorld.ts"
import { authority, folder } from "./pairs.ts"

const ours = authority()
const theirs = authority("Somebody else")
const localhost = ours.issue("localhost")

/** Lines that were logged. */
const logged = () => {
  const lines: Array<string> = []
  const layer = Logger.layer([
    Logger.make(({ logLevel, message }) => void lines.push(`${logLevel}: ${String(message)}`)),
  ])
  return { lines, layer, has: (part: string) => Effect.sync(() => lines.some((line) => line.includes(part))) }
}

type Server = {
  readonly port: number
  /** What became of the handshakes, in their order: an account's name, "none", or why it failed. */
  readonly outcomes: Array<string>
  readonly open: Array<Secured>
}

/** A bare server that reads the first bytes of each connection, gives them back, and echoes what is said over TLS. */
const serve = (context: TlsContext["Service"]): Effect.Effect<Server, never, Scope.Scope> =>
  Effect.gen(function* () {
    const outcomes: Array<string> = []
    const open: Array<Secured> = []
    const sockets = new Set<Net.Socket>()
    const run = Effect.runForkWith(yield* Effect.context<never>())
    const server = Net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (raw) => {
      sockets.add(raw)
      raw.on("error", () => {})
      raw.once("data", (first) => {
        raw.pause()
        raw.unshift(first)
        const handled = Effect.map(context.handshake(raw), (secured) => {
          open.push(secured)
          outcomes.push(secured.certificate?.account ?? "none")
          secured.socket.on("data", (bytes) => secured.socket.write(bytes))
          secured.socket.on("end", () => secured.socket.end())
        })
        run(Effect.catch(handled, ({ message }) => Effect.sync(() => outcomes.push(message))))
      })
      raw.resume()
    })
    yield* Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void)))
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        for (const socket of sockets) socket.destroy()
        server.close()
      }),
    )
    return { port: (server.address() as Net.AddressInfo).port, outcomes, open }
  })

const sessions = new WeakMap<Tls.TLSSocket, Buffer>()

/** A client that has shaken hands, or why not. */
const dial = (port: number, options: Tls.ConnectionOptions = {}) =>
  Effect.acquireRelease(
    Effect.callback<Tls.TLSSocket, Error>((resume) => {
      const socket = Tls.connect({ host: "127.0.0.1", port, servername: "localhost", ca: ours.cert, ...options })
      socket.once("secureConnect", () => resume(Effect.succeed(socket)))
      socket.on("session", (session) => sessions.set(socket, session))
      socket.on("error", (error) => resume(Effect.fail(error)))
    }),
    (socket) => Effect.sync(() => socket.destroy()),
  )

/** Whether what is said comes back. */
const echoes = (socket: Tls.TLSSocket, text = "hello") =>
  Effect.callback<boolean>((resume) => {
    socket.once("data", (bytes) => resume(Effect.succeed(bytes.toString() === text)))
    socket.once("close", () => resume(Effect.succeed(false)))
    socket.write(text)
  })

const withFiles = (files: Readonly<Record<string, string>>, more: Partial<TlsSettings> = {}) =>
  Effect.gen(function* () {
    const { at, write } = yield* folder(files)
    const settings: TlsSettings = {
      ...defaults,
      cert: at("cert.pem"),
      key: at("key.pem"),
      clientCa: "ca.pem" in files ? at("ca.pem") : "",
      watchEvery: Duration.millis(20),
      ...more,
    }
    const context = (log: Layer.Layer<never> = Logger.layer([])) =>
      Effect.flatMap(Layer.build(Layer.provide(TlsContext.layer(settings), log)), (built) =>
        Effect.provide(TlsContext, built),
      )
    return { at, write, settings, context }
  })

const good = { "cert.pem": localhost.cert, "key.pem": localhost.key }

const serialOf = (socket: Tls.TLSSocket) => socket.getPeerX509Certificate()?.serialNumber
const serial = ({ cert }: { readonly cert: string }) => new crypto.X509Certificate(cert).serialNumber

describe("files of TLS", () => {
  const encrypted = crypto
    .createPrivateKey(localhost.key)
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" })
    .toString()

  it.live.each<readonly [string, Readonly<Record<string, string>>, Partial<TlsSettings>, RegExp]>([
    [
      "no certificate file",
      { "key.pem": localhost.key },
      {},
      /^tls\.cert: there is no file .*cert\.pem; `natter cert`/,
    ],
    ["no key file", { "cert.pem": localhost.cert }, {}, /^tls\.key: there is no file .*key\.pem/],
    ["a folder", good, { cert: "/tmp" }, /^tls\.cert: \/tmp can't be read: it is a folder/],
    ["text for a certificate", { ...good, "cert.pem": "hello" }, {}, /^tls\.cert: .* holds no certificate in PEM/],
    ["nothing for a certificate", { ...good, "cert.pem": "" }, {}, /holds no certificate in PEM/],
    ["text for a key", { ...good, "key.pem": "hello" }, {}, /^tls\.key: .* holds no private key in PEM/],
    [
      "the two the wrong way round",
      { "cert.pem": localhost.key, "key.pem": localhost.cert },
      {},
      /holds a key; are tls\.cert and tls\.key the wrong way round\?/,
    ],
    ["half a certificate", { ...good, "cert.pem": localhost.cert.slice(0, 300) }, {}, /holds no certificate in PEM/],
    [
      "a damaged certificate",
      { ...good, "cert.pem": localhost.cert.replace("\nMII", "\nAAA") },
      {},
      /^tls\.cert: what is in .* can't be used: certificate 1, /,
    ],
    [
      "a damaged certificate behind a good one",
      { ...good, "cert.pem": localhost.cert + ours.cert.replace("\nMII", "\nAAA") },
      {},
      /can't be used: certificate 2, /,
    ],
    ["half a key", { ...good, "key.pem": localhost.key.slice(0, 100) }, {}, /can't be used: it is no whole key/],
    ["a key of another certificate", { ...good, "key.pem": ours.key }, {}, /^tls\.key: the key in .* is not that of/],
    ["an encrypted key", { ...good, "key.pem": encrypted }, {}, /is encrypted: give its passphrase in NATTER_TLS_PASS/],
    [
      "a wrong passphrase",
      { ...good, "key.pem": encrypted },
      { passphrase: Redacted.make("guess") },
      /^tls\.key: the passphrase in tls\.passphrase is not that of the key/,
    ],
    [
      "no authority of clients",
      { ...good, "ca.pem": "hello" },
      { clientCertificates: "optional" },
      /^tls\.client-ca: .* holds no certificate in PEM/,
    ],
  ])("are refused: %s", ([, files, more, expected]) =>
    Effect.gen(function* () {
      const { context } = yield* withFiles(files, more)
      const { _tag, message } = yield* Effect.flip(context())
      assert.strictEqual(_tag, "TlsError")
      assert.match(message, expected)
      assert.notInclude(message, "guess")
    }).pipe(Effect.scoped),
  )

  it.live("are taken with the right passphrase, and with what is not needed of one", () =>
    Effect.gen(function* () {
      for (const key of [encrypted, localhost.key]) {
        const passphrase = Redacted.make("secret")
        const { context } = yield* withFiles({ ...good, "key.pem": key }, { passphrase })
        const { port } = yield* serve(yield* context())
        assert.isTrue(yield* echoes(yield* dial(port)))
      }
    }).pipe(Effect.scoped),
  )

  it.effect("are taken where the certificate has expired, or will soon, and the log says so", () =>
    Effect.gen(function* () {
      const about = (days: number) =>
        Effect.gen(function* () {
          const log = logged()
          const { cert, key } = ours.issue("localhost", undefined, days)
          // It ends a number of days behind this moment.
          yield* TestClock.setTime(Date.now())
          yield* Effect.flatMap(
            withFiles({ "cert.pem": cert, "key.pem": key }, { watchEvery: Duration.hours(1) }),
            ({ context }) => context(log.layer),
          )
          return log.lines
        })
      const [first, ...expired] = yield* about(-1)
      assert.match(first!, /^Info: TLS certificate for DNS:localhost, valid until \d{4}-\d\d-\d\d$/)
      assert.match(expired.join("\n"), /^Warn: the TLS certificate in .* expired on .*: clients refuse it$/)
      assert.match((yield* about(13)).join("\n"), /\nWarn: .* expires in 13 days, on .*: renew it$/)
      assert.lengthOf(yield* about(15), 1)
      const lines = yield* about(16)
      yield* TestClock.adjust("1 day")
      assert.lengthOf(lines, 1)
      yield* TestClock.adjust("3 days")
      assert.isAtLeast(lines.length, 3)
    }).pipe(Effect.scoped),
  )
})

describe("a handshake", () => {
  it.live("is done over bytes that were read and given back", () =>
    Effect.gen(function* () {
      const { context } = yield* withFiles(good)
      const { outcomes, port } = yield* serve(yield* context())
      for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
        const client = yield* dial(port, { minVersion: version, maxVersion: version })
        assert.strictEqual(client.getProtocol(), version)
        assert.isTrue(yield* echoes(client))
      }
      assert.deepStrictEqual(outcomes, ["none", "none"])
    }).pipe(Effect.scoped),
  )

  it.live("is none with less than the oldest version that is allowed", () =>
    Effect.gen(function* () {
      const { context } = yield* withFiles(good, { minVersion: "1.3" })
      const { port } = yield* serve(yield* context())
      const { message } = yield* Effect.flip(dial(port, { maxVersion: "TLSv1.2" }))
      assert.match(message, /protocol version/)
      assert.isTrue(yield* echoes(yield* dial(port)))
    }).pipe(Effect.scoped),
  )

  it.live.each<readonly [ReadonlyArray<string>, string | false]>([
    [[], false],
    [["h2", "http/1.1"], "http/1.1"],
    [["natter"], "natter"],
    [["h2", "natter"], "natter"],
  ])("with the protocols %j chooses", ([offered, chosen]) =>
    Effect.gen(function* () {
      const { context } = yield* withFiles(good)
      const { port } = yield* serve(yield* context())
      const client = yield* dial(port, offered.length === 0 ? {} : { ALPNProtocols: [...offered] })
      assert.strictEqual(client.alpnProtocol, chosen)
      assert.isTrue(yield* echoes(client))
    }).pipe(Effect.scoped),
  )

  it.live("says no to who speaks HTTP/2 alone", () =>
    Effect.gen(function* () {
      const { context } = yield* withFiles(good)
      const { port } = yield* serve(yield* context())
      const { message } = yield* Effect.flip(dial(port, { ALPNProtocols: ["h2"] }))
      assert.match(message, /no application protocol/)
    }).pipe(Effect.scoped),
  )

  const hello = Buffer.from("16030100c8010000c4", "hex")

  it.live.each<readonly [string, (socket: Net.Socket) => void, RegExp]>([
    ["something else", (socket) => socket.write(Buffer.from("\x16GET / HTTP/1.1\r\n\r\n")), /no handshake: ERR_SSL/],
    ["the beginning, and the end", (socket) => socket.end(hello), /gone before|no handshake/],
    ["the beginning, and a reset", (socket) => socket.write(hello, () => socket.resetAndDestroy()), /gone|no handsh/],
    ["the beginning, and nothing more", (socket) => socket.write(hello), /not done in time/],
  ])("fails with a stranger who sends %s", ([, act, expected]) =>
    Effect.gen(function* () {
      const { context } = yield* withFiles(good, { handshakeTimeout: Duration.millis(200) })
      const { outcomes, port } = yield* serve(yield* context())
      const socket = yield* Effect.acquireRelease(
        Effect.sync(() => Net.connect({ host: "127.0.0.1", port })),
        (socket) => Effect.sync(() => socket.destroy()),
      )
      let closed = false
      socket.on("error", () => {}).on("close", () => (closed = true))
      socket.resume()
      act(socket)
      yield* eventually(
        "it has failed",
        Effect.sync(() => outcomes.length === 1),
      )
      assert.match(outcomes[0]!, expected)
      yield* eventually(
        "it is closed",
        Effect.sync(() => closed),
      )
    }).pipe(Effect.scoped),
  )

  it.live("is followed by the end where a record was tampered with", () =>
    Effect.gen(function* () {
      const { context } = yield* withFiles(good)
      const { open, port } = yield* serve(yield* context())
      const carrier = Net.connect({ host: "127.0.0.1", port })
      const client = yield* dial(port, { socket: carrier })
      assert.isTrue(yield* echoes(client))
      carrier.write(Buffer.from(`1703030020${"ab".repeat(32)}`, "hex"))
      yield* eventually(
        "it is over",
        Effect.sync(() => open[0]!.socket.destroyed),
      )
      assert.isTrue(open[0]!.socket.destroyed)
    }).pipe(Effect.scoped),
  )

  it.live("is none where there is no certificate", () =>
    Effect.gen(function* () {
      const context = yield* Effect.provide(TlsContext, TlsContext.layer(defaults))
      assert.isFalse(context.offered)
      const { outcomes, port } = yield* serve(context)
      yield* Effect.flip(dial(port))
      assert.match(outcomes[0]!, /there is no TLS here/)
      assert.strictEqual(yield* context.reload(defaults), "Unchanged")
    }).pipe(Effect.scoped),
  )
})

describe("a client's certificate", () => {
  const files = { ...good, "ca.pem": ours.cert }
  const ann = ours.client("ann")

  /** What came of a connection with this certificate, and whether it could be used. */
  const outcome = (clientCertificates: TlsSettings["clientCertificates"], options: Tls.ConnectionOptions) =>
    Effect.gen(function* () {
      const { context } = yield* withFiles(files, { clientCertificates })
      const { outcomes, port } = yield* serve(yield* context())
      const used = yield* Effect.orElseSucceed(Effect.flatMap(dial(port, options), echoes), () => false)
      yield* eventually(
        "it is known",
        Effect.sync(() => outcomes.length === 1),
      )
      return [outcomes[0], used] as const
    }).pipe(Effect.scoped)

  const versions = [{ maxVersion: "TLSv1.2" }, { minVersion: "TLSv1.3" }] as const

  it.live.each(versions)("names an account where it is verified: %j", (version) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* outcome("off", { ...ann, ...version }), ["none", true])
      for (const asked of ["optional", "required"] as const) {
        assert.deepStrictEqual(yield* outcome(asked, { ...ann, ...version }), ["ann", true])
      }
    }),
  )

  it.live.each(versions)("that is not verified counts for nothing, or is refused: %j", (version) =>
    Effect.gen(function* () {
      // Somebody else's; one for servers; none.
      for (const pair of [theirs.client("ann"), localhost, {}]) {
        assert.deepStrictEqual(yield* outcome("optional", { ...pair, ...version }), ["none", true])
        const [why, used] = yield* outcome("required", { ...pair, ...version })
        assert.isFalse(used)
        assert.match(why!, /certificate is not accepted|no handshake: ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE/)
      }
    }),
  )

  it.live("is known again when a session is resumed, and not behind another authority", () =>
    Effect.gen(function* () {
      const { context, settings, write } = yield* withFiles(files, { clientCertificates: "required", watch: false })
      const tls = yield* context()
      const { outcomes, port } = yield* serve(tls)
      for (const version of versions) {
        const first = yield* dial(port, { ...ann, ...version })
        // With TLS 1.3 it comes behind the handshake.
        assert.isTrue(yield* echoes(first))
        const session = sessions.get(first)!
        const again = yield* dial(port, { ...ann, ...version, session })
        assert.isTrue(again.isSessionReused())
        assert.isTrue(yield* echoes(again))
        assert.deepStrictEqual(outcomes.splice(0), ["ann", "ann"])
        write("ca.pem", theirs.cert)
        assert.strictEqual(yield* tls.reload(settings), "Changed")
        const later = yield* Effect.exit(Effect.flatMap(dial(port, { ...ann, ...version, session }), echoes))
        assert.notDeepEqual(later, yield* Effect.exit(Effect.succeed(true)))
        assert.match(outcomes.splice(0).join(), /not accepted/)
        write("ca.pem", ours.cert)
        yield* tls.reload(settings)
      }
    }).pipe(Effect.scoped),
  )
})

describe("a certificate that is replaced", () => {
  const next = ours.issue("localhost")

  it.live("is for new connections; those there are stay", () =>
    Effect.gen(function* () {
      const log = logged()
      const { context, settings, write } = yield* withFiles(good, { watch: false })
      const tls = yield* context(log.layer)
      const { port } = yield* serve(tls)
      const before = yield* dial(port)
      const reload = Effect.provide(tls.reload(settings), log.layer)
      assert.strictEqual(yield* reload, "Unchanged")
      write("cert.pem", next.cert)
      write("key.pem", next.key)
      assert.strictEqual(serialOf(yield* dial(port)), serial(localhost))
      assert.strictEqual(yield* reload, "Changed")
      const after = yield* dial(port)
      assert.strictEqual(serialOf(after), serial(next))
      assert.isTrue(yield* echoes(before))
      assert.isTrue(yield* echoes(after))
      // Once in the beginning, and once for the new one.
      assert.lengthOf(log.lines, 2)
    }).pipe(Effect.scoped),
  )

  it.live("stays where the new one cannot be used, and the log says why", () =>
    Effect.gen(function* () {
      const log = logged()
      const { context, settings, write } = yield* withFiles(good, { watch: false })
      const tls = yield* context()
      const { port } = yield* serve(tls)
      write("cert.pem", next.cert)
      assert.strictEqual(yield* Effect.provide(tls.reload(settings), log.layer), "Failed")
      assert.match(
        log.lines.at(-1)!,
        /^Error: the TLS certificate stays as it was: tls\.key: the key in .* is not that/,
      )
      assert.strictEqual(serialOf(yield* dial(port)), serial(localhost))
    }).pipe(Effect.scoped),
  )

  it.live("is noticed, when all of it is there", () =>
    Effect.gen(function* () {
      const log = logged()
      const { context, write } = yield* withFiles(good)
      const { port } = yield* serve(yield* context(log.layer))
      write("cert.pem", next.cert.slice(0, 200))
      yield* eventually("half of it is refused", log.has("holds no certificate"))
      write("cert.pem", next.cert)
      yield* eventually("it does not fit yet", log.has("is not that of"))
      assert.strictEqual(serialOf(yield* dial(port)), serial(localhost))
      write("key.pem", next.key)
      yield* eventually(
        "it is there",
        Effect.sync(() => log.lines.filter((line) => line.startsWith("Info")).length === 2),
      )
      assert.strictEqual(serialOf(yield* dial(port)), serial(next))
    }).pipe(Effect.scoped),
  )

  it.live("is noticed where a link leads elsewhere, as certbot and Kubernetes do it", () =>
    Effect.gen(function* () {
      const log = logged()
      const { at, context } = yield* withFiles(
        { "a-cert.pem": localhost.cert, "a-key.pem": localhost.key, "b-cert.pem": next.cert, "b-key.pem": next.key },
        {},
      )
      for (const file of ["cert.pem", "key.pem"]) fs.symlinkSync(`a-${file}`, at(file))
      const { port } = yield* serve(yield* context(log.layer))
      for (const file of ["cert.pem", "key.pem"]) {
        fs.symlinkSync(`b-${file}`, at(`new-${file}`))
        fs.renameSync(at(`new-${file}`), at(file))
      }
      yield* eventually(
        "it is there",
        Effect.sync(() => log.lines.length > 1),
      )
      assert.strictEqual(serialOf(yield* dial(port)), serial(next))
    }).pipe(Effect.scoped),
  )
})
