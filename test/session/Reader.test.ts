/** Reading and writing of one session: when it was heard, what it waits for, and why either ends. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as References from "effect/References"
import { TestClock } from "effect/testing"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { defaults } from "../../src/hub/HubSettings.ts"
import { frame } from "../../src/protocol/Framing.ts"
import { type Connection, ConnectionEnded, reading } from "../../src/session/Connection.ts"
import { read } from "../../src/session/Reader.ts"
import type { Session } from "../../src/session/Session.ts"
import { attend, empty } from "../../src/session/Writer.ts"
import { settle } from "../actor/fibers.ts"
import { servicesOf, sessionOf, signedIn } from "./scripted.ts"

const reasonOf = ({ reason }: Session) => reason?.reason
const pass = (millis: number) => Effect.andThen(TestClock.adjust(Duration.millis(millis)), settle)
const json = (value: unknown) => frame(Buffer.from(JSON.stringify(value)))
const ping = json({ type: "Ping" })

/** A session that is read, from a peer that sends what the test says. */
const heardFor = Effect.fnUntraced(function* (frameTimeout: Duration.Duration) {
  const sent = yield* Queue.unbounded<Uint8Array, ConnectionEnded>()
  const services = yield* servicesOf({
    settings: { frames: undefined, maxFrameBytes: 5000, frameTimeout },
    chat: { settings: { ...defaults, outbox: { ...defaults.outbox, frames: 4 } } },
  })
  const made = sessionOf(services, { read: reading(Queue.take(sent)) })
  const running = yield* Effect.forkChild(read(made.session), { startImmediately: true })
  return {
    ...made,
    running,
    sends: (...pieces: ReadonlyArray<Uint8Array>) =>
      Effect.andThen(
        Effect.forEach(pieces, (piece) => Queue.offer(sent, piece)),
        settle,
      ),
    ends: (clean: boolean) => Effect.andThen(Queue.fail(sent, new ConnectionEnded({ clean })), settle),
  }
})
const heard = heardFor(Duration.seconds(10))

describe("what is read", () => {
  it.effect("counts as life when it comes, whole frame or not", () =>
    Effect.gen(function* () {
      const { sends, session, taken } = yield* heard
      yield* pass(70)
      yield* sends(ping.subarray(0, 3))
      assert.strictEqual(session.heardAt, 70)
      assert.isFalse(session.handling)
      yield* pass(7)
      yield* sends(ping.subarray(3))
      assert.strictEqual(session.heardAt, 77)
      assert.deepStrictEqual(taken(), [{ type: "Pong" }])
    }),
  )

  it.effect("is handled one after the other: while one waits nothing else is, and silence says nothing", () =>
    Effect.gen(function* () {
      const { sends, session, taken } = yield* heard
      const { protocol } = session
      const hold = yield* Deferred.make<void>()
      let first = true
      session.protocol = {
        ...protocol,
        handle: (session, body) => {
          if (!first) return protocol.handle(session, body)
          first = false
          return Deferred.await(hold)
        },
      }
      yield* sends(Buffer.concat([ping, ping]), ping)
      yield* pass(1000)
      assert.isTrue(session.handling)
      assert.strictEqual(session.heardAt, 0)
      assert.deepStrictEqual(taken(), [])
      yield* Deferred.succeed(hold, undefined)
      yield* settle
      assert.isFalse(session.handling)
      // From here on its silence counts.
      assert.strictEqual(session.heardAt, 1000)
      assert.deepStrictEqual(taken(), [{ type: "Pong" }, { type: "Pong" }])
    }),
  )

  it.effect("is answered frame by frame, however many come at once", () =>
    Effect.gen(function* () {
      const { sends, session, taken } = yield* heard
      yield* sends(Buffer.concat(Array.from({ length: 50 }, () => ping)))
      assert.lengthOf(taken(), 50)
      assert.isUndefined(session.reason)
    }),
  )

  it.effect("that ends the session is the last that is handled", () =>
    Effect.gen(function* () {
      const { sends, session, taken } = yield* heard
      yield* sends(Buffer.concat([json({ type: "Disconnect" }), ping]))
      assert.strictEqual(reasonOf(session), "Goodbye")
      assert.isFalse(session.peerGone)
      session.outbox.flush()
      assert.deepStrictEqual(taken(), [])
    }),
  )
})

describe("reading ends the session", () => {
  for (const [how, last, clean, reason, peerGone] of [
    ["with who has closed its side", ping, true, "Goodbye", true],
    ["with who has closed it inside a frame, and may listen still", ping.subarray(0, 7), true, "MalformedFrame", false],
    ["with a link that broke", ping, false, "ConnectionLost", true],
    ["with a link that broke inside a frame", ping.subarray(0, 7), false, "ConnectionLost", true],
  ] as const) {
    it.effect(how, () =>
      Effect.gen(function* () {
        const { ends, running, sends, session } = yield* heard
        yield* sends(last)
        assert.isUndefined(session.reason)
        yield* ends(clean)
        assert.deepStrictEqual([reasonOf(session), session.peerGone], [reason, peerGone])
        yield* Fiber.join(running)
      }),
    )
  }

  it.effect("with what is no frame, and with one that is too large, behind the frames before it", () =>
    Effect.gen(function* () {
      for (const [bytes, reason, detail] of [
        [new Uint8Array(4), "MalformedFrame", "a frame's length must not be 0"],
        [Uint8Array.of(0, 0, 0x13, 0x89), "FrameTooLarge", "a frame of 5001 bytes is over the limit of 5000"],
      ] as const) {
        const { sends, session, taken } = yield* heard
        yield* sends(Buffer.concat([ping, bytes]))
        assert.deepInclude(session.reason, { reason, detail })
        assert.deepStrictEqual(taken(), [{ type: "Pong" }])
      }
    }),
  )

  it.effect("with a frame that was begun and not finished, at its time, whatever was heard before", () =>
    Effect.gen(function* () {
      const { sends, session } = yield* heard
      yield* pass(5000)
      yield* sends(Buffer.concat([ping, ping.subarray(0, 7)]))
      yield* pass(6000)
      yield* sends(ping.subarray(7, 9))
      yield* pass(3999)
      assert.isUndefined(session.reason)
      yield* pass(1)
      assert.strictEqual(reasonOf(session), "FrameTimeout")
    }),
  )

  it.effect("but not with one that comes on, whose peer is told that it is heard", () =>
    Effect.gen(function* () {
      const { sends, session, taken } = yield* heard
      signedIn(session)
      const long = json({ type: "Ping", sequence: 1, more: "x".repeat(4900) })
      yield* sends(long.subarray(0, 2560))
      yield* pass(10_000)
      assert.deepStrictEqual(taken(), [{ type: "Ping", sequence: 1 }])
      yield* sends(long.subarray(2560, -1))
      yield* pass(9999)
      assert.isUndefined(session.reason)
      // What came in the period before does not count in this one.
      yield* pass(1)
      assert.strictEqual(reasonOf(session), "FrameTimeout")
    }),
  )

  it.effect("with one of which less than 2 KiB come in its time, however short that is", () =>
    Effect.gen(function* () {
      for (const [bytes, reason] of [
        [2047, "FrameTimeout"],
        [2048, undefined],
      ] as const) {
        const { sends, session } = yield* heardFor(Duration.seconds(1))
        yield* sends(json({ type: "Ping", more: "x".repeat(4000) }).subarray(0, bytes))
        yield* pass(1000)
        assert.strictEqual(reasonOf(session), reason)
      }
    }),
  )

  it.effect("with a bug, which is logged and not told", () =>
    Effect.gen(function* () {
      const { sends, session } = yield* heard
      session.protocol = {
        ...session.protocol,
        handle: () => {
          throw new Error("secret")
        },
      }
      yield* sends(ping)
      assert.strictEqual(reasonOf(session), "Internal")
      assert.strictEqual(session.reason?.message, "The server failed")
    }).pipe(Effect.provideService(References.MinimumLogLevel, "None")),
  )

  it.effect("but not where it is interrupted: that was another's doing", () =>
    Effect.gen(function* () {
      const { running, session } = yield* heard
      yield* Fiber.interrupt(running)
      assert.isUndefined(session.reason)
    }),
  )
})

/** A session whose link has no room, until the test says that it has. */
const stuck = (parts: Partial<Connection> = {}) =>
  Effect.gen(function* () {
    const latch = { room: yield* Deferred.make<void, ConnectionEnded>(), backlog: 100, takes: false }
    const services = yield* servicesOf({ settings: { writeTimeout: Duration.seconds(10) } })
    const writes: Array<number> = []
    const { session } = sessionOf(services, {
      send: (batch) => {
        writes.push(batch.length)
        return latch.takes
      },
      backlog: () => latch.backlog,
      drained: Effect.suspend(() => Deferred.await(latch.room)),
      ...parts,
    })
    const offer = () => {
      session.tellInOrder(ping)
      session.outbox.flush()
    }
    return { latch, offer, session, writes }
  })

describe("writing", () => {
  it.effect("goes on as soon as the link has room, with all that has gathered", () =>
    Effect.gen(function* () {
      const { latch, offer, session, writes } = yield* stuck()
      const attending = yield* Effect.forkChild(attend(session), { startImmediately: true })
      offer()
      yield* settle
      offer()
      offer()
      yield* pass(9000)
      assert.deepStrictEqual(writes, [1])
      latch.takes = true
      yield* Deferred.succeed(latch.room, undefined)
      yield* settle
      assert.deepStrictEqual(writes, [1, 2])
      offer()
      assert.deepStrictEqual(writes, [1, 2, 1])
      assert.isUndefined(session.reason)
      const goodbye = new Disconnect({ reason: "Goodbye" })
      session.end(goodbye)
      assert.strictEqual(yield* Fiber.join(attending), goodbye)
    }),
  )

  it.effect("gives up who takes nothing for the whole time, and nobody who takes a byte", () =>
    Effect.gen(function* () {
      const { latch, offer, session } = yield* stuck()
      const attending = yield* Effect.forkChild(attend(session), { startImmediately: true })
      offer()
      yield* settle
      for (let n = 0; n < 3; n++) {
        yield* pass(9999)
        latch.backlog--
        yield* pass(1)
      }
      yield* pass(9999)
      assert.isUndefined(session.reason)
      yield* pass(1)
      const { detail, reason } = yield* Fiber.join(attending)
      assert.deepStrictEqual([reason, detail], ["SlowConsumer", "Nothing was read for 10s"])
    }),
  )

  it.effect("ends with the link", () =>
    Effect.gen(function* () {
      const { latch, offer, session } = yield* stuck()
      const attending = yield* Effect.forkChild(attend(session), { startImmediately: true })
      offer()
      yield* Deferred.fail(latch.room, new ConnectionEnded({ clean: false }))
      assert.strictEqual((yield* Fiber.join(attending)).reason, "ConnectionLost")
    }),
  )

  it.effect("is over at once for a session that ends while there is no room", () =>
    Effect.gen(function* () {
      const { offer, session } = yield* stuck()
      const attending = yield* Effect.forkChild(attend(session), { startImmediately: true })
      offer()
      yield* settle
      const goodbye = new Disconnect({ reason: "Goodbye" })
      session.end(goodbye)
      assert.strictEqual(yield* Fiber.join(attending), goodbye)
      // And for one that had ended before.
      assert.strictEqual(yield* attend(session), goodbye)
    }),
  )

  it.effect("the rest is done when all has left, and fails when the peer takes nothing of it", () =>
    Effect.gen(function* () {
      const { latch, offer, session } = yield* stuck()
      offer()
      const emptying = yield* Effect.forkChild(empty(session), { startImmediately: true })
      offer()
      session.outbox.end()
      yield* pass(5000)
      assert.isUndefined(emptying.pollUnsafe())
      latch.takes = true
      yield* Deferred.succeed(latch.room, undefined)
      yield* Fiber.join(emptying)
      const other = yield* stuck()
      other.offer()
      const failing = yield* Effect.forkChild(Effect.flip(empty(other.session)), { startImmediately: true })
      yield* pass(10_000)
      assert.strictEqual((yield* Fiber.join(failing)).reason, "SlowConsumer")
    }),
  )
})
