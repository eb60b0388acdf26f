import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { vi } from "vitest"
import { connect, type ConnectOptions } from "../../src/client/ClientSession.ts"
import { Dialer } from "../../src/client/Dialer.ts"
import { isConnectionFailure } from "../../src/client/Reconnect.ts"
import * as Tcp from "../../src/client/transport/Tcp.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { fibersLeft } from "../actor/fibers.ts"
import { nextTurn, nobodyLeft } from "../suites/transportWorld.ts"
import * as Chapter from "./ChapterServer.ts"
import { type CuttingDialer, type Direction, make, type Way } from "./CuttingDialer.ts"
import { make as memoryDialer } from "../../src/testing/MemoryDialer.ts"

// One run for every byte of a session.
vi.setConfig({ testTimeout: 60_000 })

type Outcome = Exit.Exit<unknown, unknown>

/** Makes every call there is, in order, and returns the outcome of each; a missing outcome was a hang. */
const conversation = (name: string, options: ConnectOptions) =>
  Effect.gen(function* () {
    const connecting = yield* Effect.exit(connect(options))
    if (Exit.isFailure(connecting)) return { connected: false, outcomes: [connecting as Outcome] }
    const { channels, events, join, leave, publish, setStatus, setTopic, signIn, typing } = connecting.value
    const hearing = yield* Effect.forkChild(Effect.exit(Stream.runDrain(events)))
    const calls: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
      signIn({ username: name, password: Redacted.make("password") }),
      join("lobby"),
      publish("lobby", "one"),
      Effect.all([publish("lobby", "two"), publish("lobby", "three")], { concurrency: "unbounded" }),
      typing("lobby"),
      setTopic("lobby", "cut"),
      setStatus("busy"),
      channels(),
      leave("lobby"),
    ]
    const outcomes: Array<Outcome> = yield* Effect.forEach(calls, Effect.exit)
    // The events either go on, or fail.
    const over = outcomes.some((outcome) => Exit.isFailure(outcome) && String(outcome.cause).includes("Disconnect"))
    if (over) outcomes.push(yield* Fiber.join(hearing))
    else yield* Fiber.interrupt(hearing)
    return { connected: true, outcomes }
  }).pipe(Effect.scoped)

/** Whether it is an answer, or one of the library's errors. */
const isInWords = (outcome: Outcome): boolean =>
  Exit.isSuccess(outcome) ||
  (!Cause.hasDies(outcome.cause) &&
    !Cause.hasInterrupts(outcome.cause) &&
    outcome.cause.reasons.every((reason) => reason._tag === "Fail" && isConnectionFailure(reason.error)))

/** Cuts a session at every byte, or at every n-th; returns the number of sessions. */
const cutEverywhere = Effect.fnUntraced(function* (options: {
  readonly way: CuttingDialer
  readonly direction: Direction
  readonly as: Way
  readonly each?: number
  readonly connect?: ConnectOptions
  /** Runs it to its end. */
  readonly run: <A, E>(effect: Effect.Effect<A, E>, at: number) => Effect.Effect<A, E>
  /** Checks what has to hold afterwards. */
  readonly after: Effect.Effect<void>
}) {
  const { after, as, connect = {}, direction, each = 1, run, way } = options
  for (let at = 0, count = 0; ; at += each, count++) {
    way.cutAfter(at, direction, as)
    const talk = Effect.provideService(conversation(`ann${count}`, connect), Dialer, way.dialer)
    const { alive, result } = yield* fibersLeft(run(talk, at))
    const { connected, outcomes } = result
    const where = `cut ${as} at byte ${at} ${direction}`
    for (const outcome of outcomes) assert.isTrue(isInWords(outcome), `${where}: ${String(outcome)}`)
    assert.strictEqual(alive, 0, `${where}: fibers left`)
    assert.strictEqual(way.open(), 0, `${where}: sockets left`)
    yield* after
    if (!way.isCut()) {
      assert.isTrue(
        connected && outcomes.filter(Exit.isSuccess).length >= 7,
        `${where}: not cut, and yet it failed, ${outcomes.join()}`,
      )
      return count
    }
  }
})

describe("Connection, cut at every byte of a conversation: every call ends, and nothing stays behind", () => {
  const silent = Layer.succeed(References.MinimumLogLevel, "None")

  // Guests have no password that would have to be hashed, in real time.
  const world = TestServer.layerMemory({ accounts: { mode: "guest" } }).pipe(Layer.provideMerge(silent))

  /** On virtual time, which passes until the session has ended. */
  const inMemory = (direction: Direction, as: Way, each?: number) =>
    Effect.gen(function* () {
      const server = yield* TestServer
      return yield* cutEverywhere({
        way: make((yield* memoryDialer).dialer),
        direction,
        as,
        ...(each === undefined ? {} : { each }),
        run: (talk, at) =>
          Effect.gen(function* () {
            const talking = yield* Effect.forkChild(talk)
            for (let times = 0; talking.pollUnsafe() === undefined; times++) {
              assert.isBelow(times, 30, `a call hangs: cut ${as} at byte ${at} ${direction}`)
              // What is running ends first.
              for (let turns = 0; turns < 3 && talking.pollUnsafe() === undefined; turns++) yield* nextTurn
              if (talking.pollUnsafe() === undefined) yield* TestClock.adjust("5 seconds")
            }
            return yield* Fiber.join(talking)
          }),
        // The deadlines of the session pass, too.
        after: Effect.andThen(TestClock.adjust("1 minute"), Effect.orDie(nobodyLeft(server))),
      })
    }).pipe(Effect.provide(world))

  it.effect("broken, on the way to the server", () =>
    Effect.map(inMemory("toServer", "broken"), (count) => assert.isAbove(count, 600)),
  )
  it.effect("broken, on the way back", () =>
    Effect.map(inMemory("toClient", "broken"), (count) => assert.isAbove(count, 1000)),
  )
  for (const as of ["closed", "silent"] as const) {
    for (const direction of ["toServer", "toClient"] as const) {
      it.effect(`${as}, ${direction === "toServer" ? "on the way to the server" : "on the way back"}`, () =>
        Effect.map(inMemory(direction, as, 7), (count) => assert.isAbove(count, 90)),
      )
    }
  }

  /** The chapter's server, over TCP and on real time. */
  const chapter = (direction: Direction, as: Way) =>
    Effect.gen(function* () {
      const server = yield* Chapter.open()
      const dialer = yield* Effect.provide(Dialer, Tcp.layer(server.address))
      return yield* cutEverywhere({
        way: make(dialer),
        direction,
        as,
        connect: { answerTimeout: Duration.seconds(2), timeout: Duration.seconds(2) },
        run: (talk, at) =>
          Effect.timeoutOrElse(talk, {
            duration: "10 seconds",
            orElse: () => Effect.die(`a call hangs: cut ${as} at byte ${at} ${direction}`),
          }),
        after: Effect.void,
      })
    }).pipe(Effect.scoped)

  it.live("broken, on the way to the chapter's server", () =>
    Effect.map(chapter("toServer", "broken"), (count) => assert.isAbove(count, 200)),
  )
  it.live("closed, on the way back from the chapter's server", () =>
    Effect.map(chapter("toClient", "closed"), (count) => assert.isAbove(count, 200)),
  )
})
