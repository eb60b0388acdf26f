import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as net from "node:net"
import * as tls from "node:tls"
import { authority, folder } from "../transport/tls/pairs.ts"
import { parse } from "../../src/cli/cert/hostName.ts"
import { join, makeWorld, until } from "./engines.ts"

const portOf = (address: string) => Number(address.slice(address.lastIndexOf(":") + 1))

/** What a stranger hears who says this, until it is shut out. */
const say = (port: number, ...said: ReadonlyArray<Buffer>) =>
  Effect.callback<Buffer>((resume) => {
    const heard: Array<Buffer> = []
    const socket = net.connect(port, "127.0.0.1", () => {
      for (const bytes of said) socket.write(bytes)
    })
    socket.on("data", (bytes) => heard.push(bytes))
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.succeed(Buffer.concat(heard))))
    return Effect.sync(() => void socket.destroy())
  })

const framed = (text: string): Buffer => {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}

const hello = { kind: "link", node: "127.0.0.1:1#x", nonce: "n", proof: "p" }

describe("strangers at the address of a node", () => {
  it.live(
    "are shut out, whatever they say, and hear nothing but a question",
    () =>
      Effect.gen(function* () {
        const one = yield* join(yield* makeWorld)
        const port = portOf(one.address)
        const texts = [
          Buffer.from("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"),
          Buffer.alloc(1_000_000),
          Buffer.alloc(1_000_000, 255),
          framed("{"),
          framed("null"),
          framed("[]"),
          framed(JSON.stringify(hello)),
          framed(JSON.stringify({ ...hello, kind: "runner" })),
          framed(JSON.stringify({ ...hello, proof: 1 })),
          framed(JSON.stringify({ ...hello, node: "" })),
          // A length, and nothing behind it.
          Buffer.from([1, 0]),
          Buffer.from([]),
        ]
        const heard = yield* Effect.forEach(texts, (text) => say(port, text), { concurrency: "unbounded" })
        for (const bytes of heard) {
          if (bytes.length === 0) continue
          assert.strictEqual(bytes.readUInt16BE(), bytes.length - 2)
          assert.deepStrictEqual(Object.keys(JSON.parse(bytes.toString("utf8", 2)) as object), [
            "natter",
            "nonce",
            "speaks",
          ])
        }
        assert.deepStrictEqual(one.told, [])
      }).pipe(Effect.scoped),
    30_000,
  )

  it.live(
    "are shut out at once where there are many, and nodes come in when these have gone",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld
        const one = yield* join(world)
        const silent = Effect.forEach(Array.from({ length: 300 }), () => say(portOf(one.address)), {
          concurrency: "unbounded",
        })
        const heard = yield* silent
        assert.strictEqual(heard.filter((bytes) => bytes.length > 0).length, 64)
        const other = yield* join(world)
        yield* until(() => one.linked.has(other.nodes.self) && other.linked.has(one.nodes.self))
      }).pipe(Effect.scoped),
    30_000,
  )
})

describe("nodes with certificates", () => {
  it.live(
    "are linked where one authority certifies them, and nobody without comes in",
    () =>
      Effect.gen(function* () {
        const ca = authority("Nodes")
        const pair = () => ca.issue("127.0.0.1", { type: "node", names: [parse("127.0.0.1")!] })
        const [mine, theirs] = [pair(), pair()]
        const stranger = authority("Somebody else").issue("127.0.0.1", { type: "node", names: [parse("127.0.0.1")!] })
        const files = yield* folder({
          "ca.pem": ca.cert,
          "one.pem": mine.cert,
          "one.key": mine.key,
          "other.pem": theirs.cert,
          "other.key": theirs.key,
        })
        const tlsOf = (name: string) => ({
          tls: { cert: files.at(`${name}.pem`), key: files.at(`${name}.key`), ca: files.at("ca.pem") },
        })
        const world = yield* makeWorld
        const [one, other] = yield* Effect.all([join(world, tlsOf("one")), join(world, tlsOf("other"))], {
          concurrency: "unbounded",
        })
        yield* until(() => one.linked.has(other.nodes.self) && other.linked.has(one.nodes.self))
        assert.isTrue(one.nodes.send(other.nodes.self, { type: "Brought", request: 1 }))
        yield* until(() => other.received.length === 1)

        const greeting = (options: tls.ConnectionOptions) =>
          Effect.callback<string>((resume) => {
            const socket = tls.connect({ host: "127.0.0.1", port: portOf(one.address), ca: ca.cert, ...options })
            socket.once("data", (bytes) => resume(Effect.succeed(bytes.toString())))
            socket.on("error", () => {})
            socket.once("close", () => resume(Effect.succeed("")))
            return Effect.sync(() => void socket.destroy())
          })
        assert.strictEqual(yield* greeting({}), "")
        assert.strictEqual(yield* greeting(stranger), "")
        assert.match(yield* greeting(theirs), /nonce/)
        assert.deepStrictEqual(yield* say(portOf(one.address), framed(JSON.stringify(hello))), Buffer.alloc(0))
      }).pipe(Effect.scoped),
    30_000,
  )

  it.live("say which of their files cannot be read", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld
      const tls = { cert: "/nowhere/node.pem", key: "/nowhere/node.key", ca: "/nowhere/ca.pem" }
      const exit = yield* Effect.exit(join(world, { tls }))
      assert.isTrue(Exit.isFailure(exit))
      assert.match(String(exit), /\/nowhere\/node\.pem of cluster\.tls-cert cannot be read/)
    }).pipe(Effect.scoped),
  )
})
