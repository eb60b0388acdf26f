/** Nodes whose certificates are replaced while they run. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as net from "node:net"
import * as tls from "node:tls"
import { parse } from "../../src/cli/cert/hostName.ts"
import { freePort } from "../../src/load/FreePort.ts"
import { authority, folder } from "../transport/tls/pairs.ts"
import { join, makeWorld, until } from "./engines.ts"

type Authority = ReturnType<typeof authority>

/** Where a node is reached by way of something that can cut its connections. */
const place = Effect.gen(function* () {
  const outside = yield* freePort("127.0.0.1")
  const inside = yield* freePort("127.0.0.1")
  const sockets = new Set<net.Socket>()
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const passOn = (from: net.Socket) => {
    const to = net.connect(inside, "127.0.0.1")
    const ends = [from, to]
    for (const socket of ends) {
      sockets.add(socket)
      socket.on("error", () => {})
      socket.once("close", () => {
        sockets.delete(socket)
        for (const end of ends) end.destroy()
      })
    }
    from.pipe(to)
    to.pipe(from)
  }
  yield* Effect.acquireRelease(
    Effect.callback<net.Server>((resume) => {
      const server = net.createServer(passOn)
      server.listen(outside, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.sync(() => {
        cut()
        server.close()
      }),
  )
  return { settings: { address: `127.0.0.1:${outside}`, listen: `127.0.0.1:${inside}` }, port: inside, cut }
})

/** The files of a node. */
const certified = Effect.fnUntraced(function* (by: Authority) {
  const { at, write } = yield* folder()
  const issue = (by: Authority) => {
    const { cert, key } = by.issue("127.0.0.1", { type: "node", names: [parse("127.0.0.1")!] })
    write("node.pem", cert)
    write("node.key", key)
    write("ca.pem", by.cert)
  }
  issue(by)
  return { issue, write, settings: { tls: { cert: at("node.pem"), key: at("node.key"), ca: at("ca.pem") } } }
})

/** Whether the node takes who is certified by this authority, and is certified by it itself. */
const speaksTo = (by: Authority, port: number) =>
  Effect.callback<boolean>((resume) => {
    const own = by.issue("127.0.0.1", { type: "node", names: [parse("127.0.0.1")!] })
    const socket = tls.connect({ host: "127.0.0.1", port, ca: by.cert, ...own })
    socket.once("data", () => resume(Effect.succeed(true)))
    socket.on("error", () => {})
    socket.once("close", () => resume(Effect.succeed(false)))
    return Effect.sync(() => void socket.destroy())
  })

const logged = () => {
  const lines: Array<string> = []
  return { lines, layer: Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))]) }
}

describe("certificates of nodes that run", () => {
  it.live(
    "are read again: links stay, and those that are cut come up again with the new ones",
    () =>
      Effect.gen(function* () {
        const [before, after] = [authority("Before"), authority("After")]
        const places = [yield* place, yield* place] as const
        const files = [yield* certified(before), yield* certified(before)] as const
        const world = yield* makeWorld
        const joining = [0, 1].map((n) => join(world, { ...places[n]!.settings, ...files[n]!.settings }))
        const [one, other] = yield* Effect.all(joining as [(typeof joining)[0], (typeof joining)[0]], {
          concurrency: "unbounded",
        })
        yield* until(() => one.linked.has(other.nodes.self) && other.linked.has(one.nodes.self))

        for (const { issue } of files) issue(after)
        assert.strictEqual(yield* one.reload, "Changed")
        assert.strictEqual(yield* other.reload, "Changed")
        assert.strictEqual(yield* other.reload, "Unchanged")
        for (const { port } of places) {
          assert.isTrue(yield* speaksTo(after, port))
          assert.isFalse(yield* speaksTo(before, port))
        }
        assert.deepStrictEqual(one.told, [`up ${other.nodes.self}`])

        for (const { cut } of places) cut()
        yield* until(() => one.told.length >= 3 && other.told.length >= 3)
        assert.deepStrictEqual(
          one.told.slice(0, 3),
          ["up", "down", "up"].map((what) => `${what} ${other.nodes.self}`),
        )
        assert.isTrue(one.nodes.send(other.nodes.self, { type: "Brought", request: 1 }))
        yield* until(() => other.received.length === 1)
      }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None")),
    30_000,
  )

  it.live(
    "stay as they were where the files cannot be used, and the log says why",
    () => {
      const { layer, lines } = logged()
      return Effect.gen(function* () {
        const [before, after] = [authority("Before"), authority("After")]
        const { port, settings } = yield* place
        const { issue, settings: files, write } = yield* certified(before)
        const one = yield* join(yield* makeWorld, { ...settings, ...files })
        const tried = Effect.fnUntraced(function* (name: string, content: string, said: RegExp) {
          issue(after)
          write(name, content)
          lines.splice(0)
          assert.strictEqual(yield* one.reload, "Failed")
          assert.match(lines.join("\n"), said)
          assert.match(lines.join("\n"), /^the certificate that this node shows others stays as it was: /)
          assert.isTrue(yield* speaksTo(before, port))
        })
        yield* tried("node.key", "no key", /node\.key of cluster\.tls-key is no private key in PEM/)
        yield* tried(
          "node.key",
          before.issue("127.0.0.1").key,
          /cluster\.tls-key is not that of the first certificate in/,
        )
        yield* tried("node.pem", "", /node\.pem of cluster\.tls-cert is no certificate in PEM/)
        yield* tried("ca.pem", "nothing", /ca\.pem of cluster\.tls-ca is no certificate in PEM/)
        issue(after)
        assert.strictEqual(yield* one.reload, "Changed")
        assert.isTrue(yield* speaksTo(after, port))
      }).pipe(Effect.scoped, Effect.provide(layer))
    },
    30_000,
  )
})
