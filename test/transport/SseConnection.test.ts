import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import { TestClock } from "effect/testing"
import * as Http from "node:http"
import { Duplex } from "node:stream"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { framed, lines } from "../../src/protocol/Framing.ts"
import type { Connection } from "../../src/session/Connection.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { ConnectionLimits } from "../../src/transport/ConnectionLimits.ts"
import * as Absences from "../../src/transport/sse/Absences.ts"
import { Ended } from "../../src/transport/sse/Ended.ts"
import { EventLog } from "../../src/transport/sse/EventLog.ts"
import { Inlet, type Outcome } from "../../src/transport/sse/Inlet.ts"
import { LineReader } from "../../src/transport/sse/Lines.ts"
import { eventually } from "../suites/transportWorld.ts"
import { SseConnection } from "../../src/transport/sse/SseConnection.ts"
import * as SseDoor from "../../src/transport/sse/SseDoor.ts"
import { defaults } from "../../src/transport/sse/SseSettings.ts"

const line = (text: string) => framed(lines, Buffer.from(text), "text")
const text = (pieces: ReadonlyArray<Uint8Array>) => Buffer.concat(pieces).toString()
const goodbye = new Disconnect({ reason: "Goodbye" })

describe("the log of events", () => {
  it("gives from any event on exactly what is behind it, however it was sent", () => {
    const log = new EventLog("k")
    const event = (n: number) => `id: k.${n}\ndata: ${"é".repeat(n)}\n\n`
    const batches = [[1], [2, 3, 4], [5], [6, 7]]
    for (const numbers of batches) {
      // Several frames in one piece, and several pieces.
      const pieces = numbers.map((n) => line("é".repeat(n)))
      const written = log.append(numbers.length === 3 ? [Buffer.concat(pieces)] : pieces)
      assert.strictEqual(text([written]), numbers.map(event).join(""))
    }
    log.appendNamed("close", { code: 1 })
    for (let after = 0; after <= 8; after++) {
      const rest = [1, 2, 3, 4, 5, 6, 7].filter((n) => n > after).map(event)
      const close = after < 8 ? 'event: close\nid: k.8\ndata: {"code":1}\n\n' : ""
      assert.strictEqual(text(log.since(after)!), rest.join("") + close)
    }
    assert.isUndefined(log.since(9))
  })

  it("numbers events one by one, however long the number is", () => {
    const log = new EventLog("k")
    for (let n = 1; n <= 1001; n++) assert.strictEqual(text([log.append([line("x")])]), `id: k.${n}\ndata: x\n\n`)
  })

  it("forgets what was received, and the oldest where it is too much", () => {
    const log = new EventLog("k")
    for (let n = 1; n <= 10; n++) log.append([line("x".repeat(1000))])
    const { bytes } = log
    log.forget(3)
    assert.isUndefined(log.since(2))
    assert.strictEqual(log.since(3)!.length, 7)
    assert.isBelow(log.bytes, bytes)
    log.trim(3000)
    assert.isAtMost(log.bytes, 3000)
    assert.isDefined(log.since(8))
    // What was sent last stays, whatever its size: a reader that has all before it can go on.
    log.trim(0)
    assert.strictEqual(log.since(9)!.length, 1)
    log.forget(10)
    assert.deepEqual([log.bytes, log.since(10)], [0, []])
    assert.isUndefined(log.since(9))
  })
})

it("lines are bodies, each of up to so many bytes", () => {
  const reader = new LineReader(4)
  const bodies: Array<Uint8Array> = []
  assert.isUndefined(reader.push(Buffer.from("\n\nab\r\n\r\ncdef\n\rg\n"), bodies))
  assert.deepEqual(
    bodies.map((body) => Buffer.from(body).toString()),
    ["ab", "cdef", "\rg"],
  )
  assert.strictEqual(reader.push(Buffer.from("ok\nabcde\nno\n"), bodies)?.kind, "FrameTooLarge")
  assert.strictEqual(bodies.length, 4)
  assert.strictEqual(reader.push(Buffer.from("a"), bodies)?.kind, "FrameTooLarge")
})

describe("the way in", () => {
  const world = () => {
    const inlet = new Inlet()
    const outcomes: Array<Outcome> = []
    const push = (body: string, seq?: number) =>
      inlet.push({ body: Buffer.from(body), seq, answer: (outcome) => outcomes.push(outcome) })
    const taken: Array<string> = []
    /** Reads until something has to wait. */
    const read = (holds = true) =>
      inlet.read((bytes) => {
        taken.push(Buffer.from(bytes).toString())
        return !holds
      })
    return { inlet, outcomes, push, read, taken }
  }

  it.effect("answers when what was posted is handled, not before", () =>
    Effect.gen(function* () {
      const { outcomes, push, read, taken } = world()
      push("a\n")
      push("b\n")
      assert.deepEqual(outcomes, [])
      yield* read()
      assert.deepEqual([taken, outcomes], [["a\n"], []])
      // Whoever reads again has handled it.
      yield* read()
      assert.deepEqual([taken, outcomes], [["a\n", "b\n"], ["Handled"]])
      const waiting = yield* Effect.forkChild(read(false), { startImmediately: true })
      assert.deepEqual(outcomes, ["Handled", "Handled"])
      push("c\n")
      assert.deepEqual(outcomes, ["Handled", "Handled", "Handled"])
      yield* Fiber.interrupt(waiting)
      push("d\n")
      assert.deepEqual(taken, ["a\n", "b\n", "c\n"])
    }),
  )

  it.effect("takes each line once, and none before its turn", () =>
    Effect.gen(function* () {
      const { outcomes, push, read, taken } = world()
      yield* Effect.forkChild(read(false), { startImmediately: true })
      push("a\nb\n", 0)
      push("a\nb\n", 0)
      push("b\nc\n", 1)
      push("z\n", 9)
      push("d\n")
      push("", 4)
      assert.deepEqual(taken, ["a\nb\n", "c\n", "d\n"])
      assert.deepEqual(outcomes, ["Handled", "Handled", "Handled", { expected: 3 }, "Handled", "Handled"])
    }),
  )

  it.effect("lets go whoever waits when the session ends", () =>
    Effect.gen(function* () {
      const { inlet, outcomes, push, read } = world()
      push("a\n")
      push("b\n")
      yield* read()
      inlet.close(goodbye)
      push("c\n")
      // What said goodbye was handled.
      assert.deepEqual(outcomes, ["Handled", goodbye, goodbye])
    }),
  )

  it.effect("ends behind what was posted", () =>
    Effect.gen(function* () {
      const { inlet, push, read, taken } = world()
      push("a\n")
      inlet.end(true)
      inlet.end(false)
      assert.isTrue((yield* Effect.flip(read(false))).clean)
      assert.deepEqual(taken, ["a\n"])
    }),
  )
})

/** A response whose reader takes nothing until it is told to. */
const stuck = Effect.callback<{ readonly response: Http.ServerResponse; readonly flow: () => void }>((resume) => {
  let go: (() => void) | undefined
  let open = false
  const socket = new Duplex({
    highWaterMark: 16 * 1024,
    read: () => {},
    write: (_chunk, _encoding, done) => {
      if (open) done()
      else go = done
    },
  })
  const flow = () => {
    open = true
    go?.()
  }
  const server = Http.createServer((_, response) => resume(Effect.succeed({ response, flow })))
  // That of a network has a time limit, too.
  server.emit("connection", Object.assign(socket, { setTimeout: () => socket }))
  socket.push("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
})

const memory = 100_000
const connect = (onAway: (connection: SseConnection) => () => void = () => () => {}) =>
  new SseConnection({ key: "k", remoteAddress: "192.0.2.1", agreed: undefined, memory, onAway })

describe("a connection", () => {
  it.effect("has no room where its reader does not read, and keeps only so much", () =>
    Effect.gen(function* () {
      const connection = connect()
      const { flow, response } = yield* stuck
      connection.attach(response, "", 0)
      let sent = 0
      while (connection.send([line("x".repeat(1000))])) assert.isBelow(++sent, 100)
      // Whoever sends on regardless does not make it keep more.
      for (let n = 0; n < 200; n++) connection.send([line("x".repeat(1000))])
      assert.isAtMost(connection.kept, memory / 2)
      assert.isAbove(connection.backlog(), 0)
      const waiting = yield* Effect.forkChild(connection.drained, { startImmediately: true })
      assert.isUndefined(waiting.pollUnsafe())
      flow()
      yield* Fiber.join(waiting)
      yield* connection.abort
    }),
  )

  it.effect("has room while its reader is away, until the memory is full", () =>
    Effect.gen(function* () {
      let away = 0
      const connection = connect(() => {
        away++
        return () => away--
      })
      const first = yield* stuck
      connection.attach(first.response, "", 0)
      assert.isFalse(connection.away)
      first.response.emit("close")
      assert.deepEqual([connection.away, away], [true, 1])
      let sent = 1
      while (connection.send([line("x".repeat(1000))])) sent++
      assert.closeTo(sent, 75, 10)
      assert.isAtMost(connection.kept, memory + 2000)
      const waiting = yield* Effect.forkChild(connection.drained, { startImmediately: true })
      // Nothing of it is dropped: the reader comes back, takes it, and there is room.
      assert.isTrue(connection.keeps(0))
      const second = yield* stuck
      second.flow()
      connection.attach(second.response, "", 0)
      assert.deepEqual([connection.away, away], [false, 0])
      yield* Fiber.join(waiting)
      assert.strictEqual(connection.last, sent)
      yield* connection.abort
    }),
  )

  it.effect("that is lost takes nothing more", () =>
    Effect.gen(function* () {
      const connection = connect()
      const reading = yield* Effect.forkChild(
        connection.read(() => true),
        { startImmediately: true },
      )
      connection.lose(new Disconnect({ reason: "ConnectionLost" }))
      assert.isTrue(Exit.isFailure(yield* Fiber.await(reading)))
      assert.isFalse(connection.send([line("x")]))
      assert.isFalse((yield* Effect.flip(connection.drained)).clean)
      yield* connection.abort
      assert.strictEqual(connection.kept, 0)
    }),
  )
})

describe("those who are away", () => {
  it.effect("are waited for, so many of them, and so long", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const run = yield* FiberSet.makeRuntime()
        const lost: Array<string> = []
        const wait = Absences.make(Duration.seconds(30), run, 2)
        const leave = (name: string) => wait({ lose: () => lost.push(name) })
        const back = leave("ann")
        leave("bob")
        yield* TestClock.adjust("10 seconds")
        back()
        leave("cat")
        assert.deepEqual(lost, [])
        leave("dan")
        assert.deepEqual(lost, ["bob"])
        yield* TestClock.adjust("29 seconds")
        assert.deepEqual(lost, ["bob"])
        yield* TestClock.adjust("1 second")
        assert.deepEqual(lost, ["bob", "cat", "dan"])
      }),
    ),
  )

  it.effect("hear of an end for a while, as far as the memory goes", () =>
    Effect.gen(function* () {
      const ended = new Ended(1000)
      const end = Effect.fnUntraced(function* (n: number) {
        const connection = new SseConnection({
          key: `${n}`,
          remoteAddress: "192.0.2.1",
          agreed: undefined,
          memory: 4_000_000,
          onAway: () => () => {},
        })
        connection.send([line("x".repeat(1_000_000))])
        yield* connection.close(goodbye)
        ended.add(connection, n)
      })
      for (let n = 1; n <= 20; n++) yield* end(n)
      assert.strictEqual(ended.size, 16)
      assert.isUndefined(ended.get("4"))
      assert.isDefined(ended.get("5"))
      ended.expire(1009)
      assert.isUndefined(ended.get("9"))
      assert.isDefined(ended.get("10"))
      ended.expire(1020)
      assert.strictEqual(ended.size, 0)
    }),
  )
})

/** A door, and what its sessions do. */
const doorOf = (run: (connection: Connection) => Effect.Effect<void>) =>
  SseDoor.make(defaults).pipe(
    Effect.provide(ConnectionLimits.layer),
    Effect.provideService(
      Sessions,
      Sessions.of({
        run,
        refuse: () => Effect.void,
        dismiss: () => Effect.void,
        count: () => 0,
        figures: () => ({
          transports: new Map(),
          waiting: { control: 0, chat: 0, presence: 0, typing: 0, files: 0, leaving: 0 },
        }),
        loginTimeout: Duration.seconds(10),
        draining: Effect.never,
        handingOver: Effect.never,
        drain: () => Effect.void,
      }),
    ),
  )

const get = (url: string, headers: Http.IncomingHttpHeaders = {}) =>
  Object.assign(new Http.IncomingMessage(undefined as never), { method: "GET", url, headers })
const client = { address: "192.0.2.7", own: () => new Set<string>(), certificate: { account: "ann" } }

it.effect("a session is of whoever opened its stream: the address, and the certificate that was shown", () =>
  Effect.gen(function* () {
    const opened: Array<Connection> = []
    const { handle, open } = yield* doorOf((connection) => Effect.sync(() => void opened.push(connection)))
    const { response } = yield* stuck
    assert.isTrue(handle(get("/sse"), response, client))
    assert.deepInclude(opened[0], { remoteAddress: "192.0.2.7", certificate: { account: "ann" }, transport: "sse" })
    // It has ended already.
    assert.strictEqual(open(), 0)
    assert.isFalse(handle(get("/"), response, client))
  }).pipe(Effect.scoped),
)

it.effect("who comes back for the last words of a session has to read them", () =>
  Effect.gen(function* () {
    let key = ""
    const { handle } = yield* doorOf((connection) =>
      Effect.suspend(() => {
        key = (connection as SseConnection).key
        connection.send([line("x".repeat(100_000))])
        return Effect.ignore(Effect.timeoutOption(connection.close(goodbye), "1 second")).pipe(
          Effect.andThen(connection.abort),
        )
      }),
    )
    const { response } = yield* stuck
    handle(get("/sse"), response, client)
    yield* TestClock.adjust("1 second")
    const back = Effect.fnUntraced(function* (flows: boolean) {
      const { flow, response } = yield* stuck
      if (flows) flow()
      handle(get("/sse", { "last-event-id": `${key}.0` }), response, client)
      return response
    })
    const quick = yield* back(true)
    yield* eventually(
      "it is read",
      Effect.sync(() => quick.writableFinished),
    )
    const slow = yield* back(false)
    yield* TestClock.adjust("29 seconds")
    assert.isFalse(slow.destroyed)
    yield* TestClock.adjust("1 second")
    assert.isTrue(slow.destroyed)
  }).pipe(Effect.scoped),
)
