import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import * as Http from "node:http"
import { WebSocketServer, type WebSocket } from "ws"
import { Progress } from "../../src/load/Progress.ts"
import * as WebSocketLoad from "../../src/load/WebSocketLoad.ts"
import { Result } from "../../src/scenario/Result.ts"
import { listen } from "./listen.ts"

type Reply = (socket: WebSocket, message: Buffer, isBinary: boolean, connection: number) => void

const echo: Reply = (socket, message, isBinary) => socket.send(message, { binary: isBinary })

/** The address of a server that answers a message like this; connections are numbered from 0. */
const serve = Effect.fnUntraced(function* (reply: Reply, greet: (socket: WebSocket) => void = () => {}) {
  const server = Http.createServer((_, answer) => answer.end("a page"))
  const sockets = new WebSocketServer({ server })
  let connections = 0
  sockets.on("connection", (socket) => {
    const connection = connections++
    socket.on("error", () => {})
    socket.on("message", (message: Buffer, isBinary) => reply(socket, message, isBinary, connection))
    greet(socket)
  })
  return yield* listen(server, "ws")
})

const load = (url: URL, more: Partial<WebSocketLoad.WebSocketLoad> = {}) =>
  WebSocketLoad.run({
    url,
    headers: {},
    protocols: [],
    insecure: false,
    connections: 1,
    size: 50,
    binary: false,
    inFlight: 1,
    timeout: Duration.seconds(10),
    lasts: Duration.minutes(1),
    count: 20,
    perSecond: Option.none(),
    p99: Option.none(),
    errorRate: Option.none(),
    throughput: Option.none(),
    noErrors: false,
    ...more,
  }).pipe(Effect.provide(Progress.silent))

/** Lets time pass, a second at a time, until it is done; what happens on the wire happens between. */
const passing = <A, E>(running: Fiber.Fiber<A, E>) =>
  Effect.gen(function* () {
    while (running.pollUnsafe() === undefined) {
      yield* TestClock.adjust("1 second")
      yield* Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))
    }
    return yield* Fiber.join(running)
  })

describe("a load of a WebSocket echo server", () => {
  it.live("matches every echo with its message", () =>
    Effect.gen(function* () {
      const url = yield* serve(echo)
      const result = yield* load(url, { connections: 4, count: 100, inFlight: 5, noErrors: true })
      assert.strictEqual(result.world, "ws")
      assert.deepStrictEqual(yield* Schema.decodeUnknownEffect(Result)(JSON.parse(JSON.stringify(result))), result)
      const bytes = { "bytes sent": 5000, "bytes received": 5000 }
      assert.deepInclude(result.counters, { sent: 100, delivered: 100, ...bytes })
      assert.deepStrictEqual(
        result.latencies.map(({ count, name }) => [name, count]),
        [
          ["handshake", 4],
          ["response", 100],
        ],
      )
      assert.deepStrictEqual(result.errors, {})
      assert.deepStrictEqual(result.verdicts, [{ promise: "no errors", holds: true, found: "0 errors", asked: "none" }])
    }),
  )

  it.live("sends binary messages of the size that was asked for", () =>
    Effect.gen(function* () {
      const seen = new Set<string>()
      const url = yield* serve((socket, message, isBinary) => {
        seen.add(`${message.length} ${isBinary}`)
        socket.send(message, { binary: isBinary })
      })
      const { counters, errors } = yield* load(url, { size: 100_000, binary: true })
      assert.strictEqual(counters["delivered"], 20)
      assert.deepStrictEqual(errors, {})
      assert.deepStrictEqual([...seen], ["100000 true"])
    }),
  )

  it.live("tells an echo from what is none", () =>
    Effect.gen(function* () {
      let n = 0
      const url = yield* serve(
        (socket, message) => {
          const text = message.toString()
          switch (n++) {
            case 0:
              socket.send(text)
              return socket.send(text)
            case 1:
              return socket.send(`${text.slice(0, -1)}!`)
            case 2:
              return socket.send(message, { binary: true })
            default:
              return socket.send(text)
          }
        },
        (socket) => socket.send("welcome"),
      )
      const { counters, errors } = yield* load(url, { count: 5 })
      assert.deepInclude(counters, { sent: 5, delivered: 3 })
      assert.deepStrictEqual(errors, { "not an echo": 1, "echo twice or too late": 1, "echo differs": 2 })
    }),
  )

  it.live("does not take another connection's message for an echo", () =>
    Effect.gen(function* () {
      const all = new Set<WebSocket>()
      const url = yield* serve(
        (_, message) => all.forEach((socket) => socket.send(message.toString())),
        (socket) => all.add(socket),
      )
      const { counters, errors } = yield* load(url, { connections: 2, count: 10 })
      assert.strictEqual(counters["delivered"], 10)
      assert.isAbove(errors["not an echo"]!, 0)
    }),
  )

  it.live("fails where nobody listens, and where what listens is not a WebSocket", () =>
    Effect.gen(function* () {
      const nobody = yield* Effect.scoped(serve(echo))
      assert.strictEqual((yield* Effect.flip(load(nobody))).reason, "refused")
      const page = yield* listen(
        Http.createServer((_, answer) => answer.end("a page")),
        "ws",
      )
      assert.strictEqual((yield* Effect.flip(load(page))).reason, "not a WebSocket: it answers with status 200")
    }),
  )

  it.live("asks as it was told to, and says goodbye", () =>
    Effect.gen(function* () {
      const asked: Array<unknown> = []
      const codes: Array<number> = []
      const server = Http.createServer()
      const sockets = new WebSocketServer({ server, handleProtocols: (protocols) => [...protocols][1]! })
      sockets.on("connection", (socket, { headers }) => {
        asked.push([headers["user-agent"], headers["x-key"], headers["sec-websocket-extensions"], socket.protocol])
        socket.on("message", (message: Buffer, isBinary) => socket.send(message, { binary: isBinary }))
        socket.on("close", (code) => codes.push(code))
      })
      const url = yield* listen(server, "ws")
      const { what } = yield* load(url, { headers: { "x-key": "7" }, protocols: ["a", "b"], count: 1 })
      assert.deepStrictEqual(asked, [["natter-load", "7", undefined, "b"]])
      assert.deepStrictEqual(
        [what.name, what.about],
        [`echo of ${url.href}`, "Messages of 50 bytes that come back, over 1 connections."],
      )
      while (codes.length === 0) yield* Effect.sleep("5 millis")
      assert.deepStrictEqual(codes, [1000])
    }),
  )

  it.live("ends a connection that sends more than an echo can be", () =>
    Effect.gen(function* () {
      const answer = (surplus: number) =>
        Effect.flatMap(
          serve((socket) => socket.send("x".repeat(50 + surplus))),
          (url) => load(url, { count: 1, timeout: Duration.millis(300) }),
        )
      assert.deepStrictEqual((yield* answer(4096)).errors, { "not an echo": 1, "no echo in time": 1 })
      assert.deepStrictEqual((yield* answer(4097)).errors, { "closed with 1006": 1, "lost with its connection": 1 })
    }),
  )

  it.live("says why a handshake comes to nothing", () =>
    Effect.gen(function* () {
      const closing = yield* listen(
        Http.createServer().on("upgrade", (_, socket) => socket.destroy()),
        "ws",
      )
      assert.strictEqual((yield* Effect.flip(load(closing))).reason, "closed before the handshake was done")
      const silent = yield* listen(
        Http.createServer().on("upgrade", () => {}),
        "ws",
      )
      const early = load(silent, { timeout: Duration.millis(50) })
      assert.strictEqual((yield* Effect.flip(early)).reason, "no handshake in time")
      assert.strictEqual((yield* Effect.flip(load(new URL("ws://nobody.invalid/")))).reason, "unknown host")
    }),
  )

  it.live("opens all its connections, each of which counts", () =>
    Effect.gen(function* () {
      const seen = new Set<number>()
      const url = yield* serve((socket, message, isBinary, connection) => {
        seen.add(connection)
        echo(socket, message, isBinary, connection)
      })
      const { counters, latencies } = yield* load(url, { connections: 70, count: 140, perSecond: Option.some(2000) })
      assert.strictEqual(seen.size, 70)
      assert.strictEqual(counters["delivered"], 140)
      assert.deepInclude(
        latencies.find(({ name }) => name === "handshake"),
        { count: 70 },
      )
    }),
  )

  it.effect("counts a connection that is closed under it, and opens it again", () =>
    Effect.gen(function* () {
      const url = yield* serve((socket, message, isBinary, connection) => {
        if (connection === 0) return socket.close(1011)
        echo(socket, message, isBinary, connection)
      })
      const timeout = Duration.hours(1)
      const running = yield* Effect.forkChild(load(url, { count: 9, inFlight: 4, lasts: timeout, timeout }))
      const { counters, errors } = yield* passing(running)
      assert.deepStrictEqual(errors, { "closed with 1011": 1, "lost with its connection": 4 })
      assert.deepInclude(counters, { sent: 9, delivered: 5 })
    }),
  )

  it.effect("keeps no more in flight than it may, and gives up what does not come back", () =>
    Effect.gen(function* () {
      const heard = yield* Queue.unbounded<void>()
      const url = yield* serve(() => void Queue.offerUnsafe(heard, undefined))
      const running = yield* Effect.forkChild(
        load(url, { perSecond: Option.some(1000), inFlight: 7, count: 100, lasts: Duration.seconds(5) }),
      )
      yield* Queue.take(heard)
      yield* TestClock.adjust("5 seconds")
      yield* Queue.takeN(heard, 6)
      const { counters, errors } = yield* passing(running)
      assert.deepInclude(counters, { sent: 7, delivered: 0 })
      assert.deepStrictEqual(errors, { "no echo in time": 7, "not sent in time": 93 })
    }),
  )

  it.live("counts what never comes back as taking its time limit at least, and breaks the promise", () =>
    Effect.gen(function* () {
      let n = 0
      const url = yield* serve((...said) => {
        if (++n % 10 !== 0) echo(...said)
      })
      const promise = { p99: Option.some(Duration.hours(1)), timeout: Duration.millis(100) }
      const { counters, latencies, verdicts } = yield* load(url, {
        connections: 5,
        count: 100,
        inFlight: 5,
        ...promise,
      })
      assert.deepInclude(counters, { sent: 100, delivered: 90 })
      const response = latencies.find(({ name }) => name === "response")!
      assert.deepInclude(response, { count: 100, lost: 10 })
      assert.isAtLeast(response.p99, 100)
      assert.isFalse(verdicts[0]!.holds)
    }),
  )

  it.effect("counts what waited for its echo or its turn when it was interrupted", () =>
    Effect.gen(function* () {
      const heard = yield* Queue.unbounded<void>()
      const url = yield* serve(() => void Queue.offerUnsafe(heard, undefined))
      const measured = yield* Deferred.make<Result>()
      const stopped: WebSocketLoad.WebSocketLoad["stopped"] = (result) => Deferred.succeed(measured, result)
      const promises = { p99: Option.some(Duration.hours(1)), errorRate: Option.some(1) }
      const running = yield* Effect.forkChild(
        load(url, { stopped, perSecond: Option.some(10), inFlight: 2, ...promises }),
      )
      yield* Queue.take(heard)
      yield* TestClock.adjust("950 millis")
      yield* Queue.take(heard)
      yield* Fiber.interrupt(running)
      const { counters, latencies, verdicts } = yield* Deferred.await(measured)
      assert.deepInclude(counters, { sent: 2, delivered: 0 })
      const response = latencies.find(({ name }) => name === "response")
      assert.deepInclude(response, { count: 10, min: 50, max: 950, mean: 500 })
      assert.deepStrictEqual(
        verdicts.map(({ found, holds }) => [holds, found]),
        [
          [false, "nothing was answered"],
          [false, "nothing was answered"],
        ],
      )
    }),
  )

  it.live("breaks promises of errors where messages, or connections, come to nothing", () =>
    Effect.gen(function* () {
      let n = 0
      const url = yield* serve((...said) => {
        const [socket, text] = said
        if (++n % 10 !== 0) return echo(...said)
        if (n % 20 === 0) socket.send(text.toString().replace(/.$/, "!"))
      })
      // At a rate: without one the time counts in which nothing is answered, and that is nearly all of so short a load.
      const run = (atMost: number) =>
        load(url, {
          count: 100,
          inFlight: 5,
          perSecond: Option.some(1000),
          timeout: Duration.millis(300),
          errorRate: Option.some(atMost),
        })
      assert.deepInclude((yield* run(0.09)).verdicts[0], { holds: false, asked: "at most 9 %" })
      // A hundred messages and one handshake.
      const [kept] = (yield* run(0.9)).verdicts
      assert.isTrue(kept!.holds)
      // On a busy machine more of them may take too long.
      assert.isAtLeast(Number(/(\d+) of 101$/.exec(kept!.found)![1]), 10)
      // The first connection is taken, and no other.
      let connections = 0
      const narrow = new WebSocketServer({ noServer: true })
      const server = Http.createServer().on("upgrade", (request, socket, head) => {
        if (connections++ > 0) return socket.destroy()
        narrow.handleUpgrade(request, socket, head, (one) => {
          one.on("message", (text: Buffer) => one.send(text.toString()))
        })
      })
      const alone = yield* listen(server, "ws")
      const { errors, latencies, verdicts } = yield* load(alone, {
        connections: 3,
        count: 7,
        perSecond: Option.some(100),
        lasts: Duration.millis(300),
        errorRate: Option.some(0.1),
      })
      assert.isAtLeast(errors["closed before the handshake was done"]!, 2)
      assert.isAtLeast(latencies.find(({ name }) => name === "handshake")!.lost!, 2)
      assert.isFalse(verdicts[0]!.holds)
    }),
  )

  it.effect("counts the time that a message had to wait for its turn", () =>
    Effect.gen(function* () {
      const heard = yield* Queue.unbounded<() => void>()
      let n = 0
      const url = yield* serve((...said) => {
        if (n++ > 0) return echo(...said)
        Queue.offerUnsafe(heard, () => echo(...said))
      })
      const running = yield* Effect.forkChild(load(url, { perSecond: Option.some(10), count: 5 }))
      const answer = yield* Queue.take(heard)
      yield* TestClock.adjust("1 second")
      answer()
      const { latencies } = yield* Fiber.join(running)
      const of = (name: string) => latencies.find((one) => one.name === name)!
      assert.deepInclude(of("response"), { count: 5, min: 600, max: 1000, mean: 800 })
      assert.deepInclude(of("service"), { count: 5, min: 0, max: 1000, mean: 200 })
    }),
  )
})
