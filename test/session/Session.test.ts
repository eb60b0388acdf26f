/** A session by itself: why it ends, what counts against it, and how what it is told leaves. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import { TestClock } from "effect/testing"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { RequestError } from "../../src/domain/RequestError.ts"
import { defaults } from "../../src/hub/HubSettings.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import { messagePack } from "../../src/protocol/Codec.ts"
import { Deframer, messages } from "../../src/protocol/Framing.ts"
import { bytesRenderer } from "../../src/session/bytesRenderer.ts"
import { ConnectionEnded, pull, reading } from "../../src/session/Connection.ts"
import { connect } from "../../src/session/connect.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { deflate } from "../../src/transport/Zlib.ts"
import { said } from "../suites/historyWorld.ts"
import { link, servicesOf, sessionOf, signedIn } from "./scripted.ts"
import { Session } from "../../src/session/Session.ts"
import { SessionId } from "../../src/domain/SessionId.ts"

const limited = (frames: { readonly burst: number; readonly perSecond: number } | undefined, maxViolations = 2) =>
  Effect.map(servicesOf({ settings: { frames, maxViolations } }), sessionOf)
const rateLimited = (millis: number | undefined) =>
  new RequestError({
    reason: "RateLimited",
    retryAfter: millis === undefined ? undefined : Duration.millis(millis),
  })
const reasonOf = ({ reason }: Session) => reason?.reason

describe("a session", () => {
  it.effect("begins as a stranger of version 1, in the framing of its connection", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust(500)
      const services = yield* servicesOf()
      yield* TestClock.adjust(70)
      const session = new Session(SessionId.make("s-1"), link({ framing: messages }).connection, services)
      assert.strictEqual(session.protocol.encoding, Encoding.server1In(messages))
      const { bare, connected, handling, heardAt, left, lookAt, peerGone, unanswered } = session
      assert.deepStrictEqual(
        { bare, connected, handling, heardAt, left, lookAt, peerGone, unanswered },
        {
          bare: false,
          connected: false,
          handling: false,
          heardAt: 70,
          left: false,
          // It is looked at when the heart beats next.
          lookAt: 70,
          peerGone: false,
          unanswered: 0,
        },
      )
      assert.strictEqual(session.pulse.beganAt, 70)
      assert.isUndefined(session.caller)
    }),
  )

  it.effect("begins with what its connection was opened for, and may say `Connect` in it once", () =>
    Effect.gen(function* () {
      for (const codec of ["json", "msgpack"] as const) {
        const agreed = Encoding.server2(codec)
        const sent: Array<Uint8Array> = []
        const { connection } = link({ agreed, send: (batch) => sent.push(...batch.map((bytes) => bytes.slice())) > 0 })
        const session = new Session(SessionId.make("s-1"), connection, yield* servicesOf())
        assert.strictEqual(session.protocol.encoding, agreed)
        const says = (frame: unknown) =>
          session.protocol.handle(
            session,
            codec === "json" ? Buffer.from(JSON.stringify(frame)) : messagePack.encode(frame),
          )
        const told = () => {
          session.outbox.flush()
          const bodies: Array<Uint8Array> = []
          const deframer = new Deframer()
          for (const bytes of sent.splice(0)) deframer.push(bytes, bodies)
          return bodies.map((body) =>
            codec === "json" ? JSON.parse(Buffer.from(body).toString()) : Result.getOrThrow(messagePack.decode(body)),
          )
        }
        yield* says({ type: "Connect", client_id: "c", version: "2.0", capabilities: ["typing"] })
        const [reply] = told()
        assert.deepInclude(reply, { type: "Connect", client_id: "c", version: "2.0", codec, capabilities: ["typing"] })
        assert.strictEqual(session.protocol.encoding, agreed)
        assert.isFalse(session.bare)
        yield* says({ type: "Connect", client_id: "c", version: "2.0" })
        assert.deepInclude(told()[0], { type: "Error", code: 100, field: "type" })
      }
    }),
  )

  it.effect("that was opened for version 2 ends over a `Connect` for version 1", () =>
    Effect.gen(function* () {
      const { connection } = link({ agreed: Encoding.server2("json") })
      const session = new Session(SessionId.make("s-1"), connection, yield* servicesOf())
      const body = Buffer.from(JSON.stringify({ type: "Connect", client_id: "c", version: "1.0" }))
      const error = yield* Effect.flip(session.protocol.handle(session, body))
      assert.strictEqual(error.reason, "UnsupportedVersion")
    }),
  )

  it.effect("ends for the first reason, once", () =>
    Effect.gen(function* () {
      const { session } = yield* limited(undefined)
      const first = new Disconnect({ reason: "Goodbye" })
      session.end(first)
      session.end(new Disconnect({ reason: "Flooding" }))
      assert.strictEqual(session.reason, first)
      assert.strictEqual(yield* session.ended, first)
    }),
  )

  it.effect("wakes whoever waits for its outbox when it ends", () =>
    Effect.gen(function* () {
      const { session } = yield* limited(undefined)
      const waiting = yield* Effect.forkChild(session.outbox.full, { startImmediately: true })
      session.end(new Disconnect({ reason: "Goodbye" }))
      yield* Effect.yieldNow
      assert.deepStrictEqual(waiting.pollUnsafe(), Exit.void)
    }),
  )

  it.effect("that is told more than its outbox holds ends as a slow consumer", () =>
    Effect.gen(function* () {
      const services = yield* servicesOf({
        chat: { settings: { ...defaults, outbox: { ...defaults.outbox, frames: 2 } } },
      })
      const { session } = sessionOf(services)
      for (let n = 0; n < 3; n++) session.tellInOrder(new Uint8Array(8))
      assert.strictEqual(reasonOf(session), "SlowConsumer")
    }),
  )

  it.effect("that asks thousands of things gets the first answers before they are too many", () =>
    Effect.gen(function* () {
      const services = yield* servicesOf({
        chat: { settings: { ...defaults, outbox: { ...defaults.outbox, frames: 4 } } },
      })
      const { session, taken } = sessionOf(services)
      const answer = Encoding.server2("json").encode({ type: "Pong" })
      session.tell(answer)
      session.tell(answer)
      assert.lengthOf(taken(), 0)
      session.tell(answer)
      assert.lengthOf(taken(), 2)
      session.outbox.flush()
      assert.lengthOf(taken(), 1)
      assert.isUndefined(session.reason)
    }),
  )

  it.effect("is told answers before what has its place among the messages", () =>
    Effect.gen(function* () {
      const { session, taken } = yield* limited(undefined)
      const { encode } = Encoding.server2("json")
      session.tellInOrder(encode({ type: "Ping", sequence: 1 }))
      session.tell(encode({ type: "Pong", sequence: 2 }))
      session.tellInOrder(encode({ type: "Ping", sequence: 3 }))
      session.outbox.flush()
      assert.deepStrictEqual(taken(), [
        { type: "Pong", sequence: 2 },
        { type: "Ping", sequence: 1 },
        { type: "Ping", sequence: 3 },
      ])
    }),
  )
})

describe("frames over the limit", () => {
  it.effect("have each their own time to come back, one behind the other", () =>
    Effect.gen(function* () {
      const { session } = yield* limited({ burst: 2, perSecond: 10 })
      const waits = () => Duration.toMillis(session.overLimit()?.retryAfter ?? Duration.zero)
      assert.deepStrictEqual([waits(), waits(), waits(), waits(), waits()], [0, 0, 100, 200, 300])
      yield* TestClock.adjust(100)
      // One is let through again, and who comes now comes behind those who were told when.
      assert.deepStrictEqual([waits(), waits()], [0, 300])
      yield* TestClock.adjust(10_000)
      assert.deepStrictEqual([waits(), waits(), waits()], [0, 0, 100])
      assert.strictEqual(session.overLimit()?.reason, "RateLimited")
    }),
  )

  it.effect("are none where there is no limit", () =>
    Effect.gen(function* () {
      const { session } = yield* limited(undefined)
      for (let n = 0; n < 1000; n++) assert.isUndefined(session.overLimit())
    }),
  )
})

describe("what is wrong", () => {
  it.effect("is forgiven so often, and once more each second; behind that the session ends", () =>
    Effect.gen(function* () {
      const { session } = yield* limited(undefined, 3)
      for (let n = 0; n < 3; n++) session.violation()
      assert.isUndefined(session.reason)
      yield* TestClock.adjust(1000)
      session.violation()
      assert.isUndefined(session.reason)
      yield* TestClock.adjust(999)
      session.violation()
      assert.strictEqual(reasonOf(session), "Flooding")
    }),
  )

  it.effect("can be several things at once, or none", () =>
    Effect.gen(function* () {
      const { session } = yield* limited(undefined, 3)
      session.violation(0)
      session.violation(3)
      assert.isUndefined(session.reason)
      session.violation(0)
      assert.isUndefined(session.reason)
      const other = (yield* limited(undefined, 3)).session
      other.violation(4)
      assert.strictEqual(reasonOf(other), "Flooding")
    }),
  )

  it.effect("is not to be refused: only who does not wait as told", () =>
    Effect.gen(function* () {
      const { session } = yield* limited(undefined, 1)
      for (let n = 0; n < 50; n++) {
        session.refused(new RequestError({ reason: "Forbidden" }), "Publish")
        session.refused(rateLimited(200), "Publish")
        yield* TestClock.adjust(200)
      }
      assert.isUndefined(session.reason)
      session.refused(rateLimited(200), "Publish")
      yield* TestClock.adjust(100)
      session.refused(rateLimited(100), "Publish")
      assert.strictEqual(reasonOf(session), "Flooding")
    }),
  )

  it.effect("is counted at each limit by itself", () =>
    Effect.gen(function* () {
      const { session } = yield* limited(undefined, 1)
      for (const limit of ["Publish", "Edit", "Search", "frames"] as const) session.refused(rateLimited(1000), limit)
      assert.isUndefined(session.reason)
    }),
  )

  it.effect("is not to come back together, but for frames, each of which was told its own time", () =>
    Effect.gen(function* () {
      const back = Effect.fnUntraced(function* (limit: "Publish" | "frames") {
        const { session } = yield* limited(undefined, 2)
        for (let n = 0; n < 2; n++) session.refused(rateLimited(1000), limit)
        assert.isUndefined(session.reason)
        yield* TestClock.adjust(2000)
        for (let n = 0; n < 2; n++) session.refused(rateLimited(1000), limit)
        // Two seconds have forgiven what was before; one more is too many where two were counted since.
        session.violation()
        return reasonOf(session)
      })
      assert.isUndefined(yield* back("Publish"))
      assert.strictEqual(yield* back("frames"), "Flooding")
    }),
  )

  it.effect("is not to come back within a twentieth of a second of the others, and is later", () =>
    Effect.gen(function* () {
      for (const [gap, reason] of [
        [49, undefined],
        [50, "Flooding"],
      ] as const) {
        const { session } = yield* limited(undefined, 2)
        for (let n = 0; n < 2; n++) session.refused(rateLimited(2000), "Publish")
        yield* TestClock.adjust(2000)
        session.refused(rateLimited(2000), "Publish")
        yield* TestClock.adjust(gap)
        session.refused(rateLimited(2000), "Publish")
        session.violation()
        assert.strictEqual(reasonOf(session), reason)
      }
    }),
  )

  it.effect("is no wait that nobody was told", () =>
    Effect.gen(function* () {
      const { session } = yield* limited(undefined, 1)
      for (let n = 0; n < 10; n++) session.refused(rateLimited(undefined), "Publish")
      assert.isUndefined(session.reason)
    }),
  )
})

describe("a negotiation", () => {
  const request = { type: "Connect", client_id: "x", version: "2.0" } as const

  it.effect("tells version 2 what is spoken from here on, and the limits", () =>
    Effect.gen(function* () {
      const { session } = yield* Effect.map(
        servicesOf({
          settings: {
            compressor: deflate,
            maxFrameBytes: 5000,
            pingAfter: Duration.seconds(3),
            pongWithin: Duration.seconds(2),
          },
        }),
        sessionOf,
      )
      const { encoding, reply } = yield* connect(session, {
        ...request,
        codecs: ["msgpack"],
        compression: ["deflate"],
        capabilities: ["resume", "telepathy"],
      })
      assert.strictEqual(encoding, Encoding.server2("msgpack", deflate))
      assert.deepStrictEqual<unknown>(reply, {
        type: "Connect",
        client_id: "x",
        version: "2.0",
        codec: "msgpack",
        compression: "deflate",
        capabilities: ["resume"],
        max_frame_bytes: 5000,
        ping_after: 3000,
        pong_within: 2000,
      })
      assert.isTrue(session.connected)
    }),
  )

  it.effect("tells version 1 what the chapter's client knows, which is bare until it signs in", () =>
    Effect.gen(function* () {
      const { session } = yield* limited(undefined)
      const { encoding, reply } = yield* connect(session, { ...request, version: "1.0" })
      assert.strictEqual(encoding, Encoding.server1)
      assert.deepStrictEqual<unknown>(reply, { type: "Connect", client_id: "x", version: "1.0" })
      assert.isTrue(session.bare)
    }),
  )

  it.effect("is done once, before signing in", () =>
    Effect.gen(function* () {
      const { session } = yield* limited(undefined)
      yield* connect(session, request)
      assert.deepInclude(yield* Effect.flip(connect(session, request)), { reason: "UnexpectedFrame" })
      const late = (yield* limited(undefined)).session
      signedIn(late)
      assert.deepInclude(yield* Effect.flip(connect(late, request)), { reason: "AlreadyAuthenticated" })
      assert.isFalse(late.connected)
      assert.isFalse(late.bare)
    }),
  )

  it.effect("ends with who speaks no version of it, in words that such a client knows", () =>
    Effect.gen(function* () {
      const { session } = yield* limited(undefined)
      const error = yield* Effect.flip(connect(session, { ...request, version: "9.0" }))
      assert.instanceOf(error, Disconnect)
      assert.deepInclude(error, {
        reason: "UnsupportedVersion",
        detail: "versions 1.0 to 2.0 are spoken here",
      } as object)
      assert.isTrue(session.bare)
    }),
  )
})

describe("what a transport hands over", () => {
  const pieces = (...texts: ReadonlyArray<string>) => {
    const left = texts.map((text) => Buffer.from(text))
    return Effect.suspend(() => {
      const next = left.shift()
      return next === undefined ? Effect.fail(new ConnectionEnded({ clean: true })) : Effect.succeed<Uint8Array>(next)
    })
  }

  it.effect("is read as long as somebody takes it", () =>
    Effect.gen(function* () {
      const read = reading(pieces("a", "b", "c", "d"))
      const heard: Array<string> = []
      const take = (bytes: Uint8Array) => heard.push(Buffer.from(bytes).toString()) % 2 !== 0
      yield* read(take)
      assert.deepStrictEqual(heard, ["a", "b"])
      yield* read(take)
      assert.deepStrictEqual(heard, ["a", "b", "c", "d"])
      assert.isTrue((yield* Effect.flip(read(take))).clean)
    }),
  )

  it.effect("can be pulled piece by piece", () =>
    Effect.gen(function* () {
      const { connection } = link({ read: reading(pieces("a", "b")) })
      const next = Effect.map(pull(connection), (bytes) => Buffer.from(bytes).toString())
      assert.deepStrictEqual([yield* next, yield* next], ["a", "b"])
      assert.isTrue((yield* Effect.flip(next)).clean)
    }),
  )
})

describe("what happens in a channel, as bytes", () => {
  const renderer = bytesRenderer<string>(
    true,
    {
      encode: (frame) => Buffer.from(`${frame}\n`),
      encodeAll: (frames) => Buffer.from(frames.map((frame) => `${frame};`).join("")),
    },
    (channel, event) => (event.type === "Message" && event.content !== "" ? `${channel} ${event.content}` : undefined),
  )
  const den = ChannelName.make("den")
  const rendered = (...contents: ReadonlyArray<string>) => {
    const rendering = renderer.render(
      den,
      contents.map((content, n) => said(n + 1, content)),
    )
    return rendering && [Buffer.from(rendering.piece).toString(), rendering.frames, rendering.bytes]
  }

  it("is one piece of whole frames, without those that the protocol has no word for", () => {
    assert.deepStrictEqual(rendered("hello"), ["den hello\n", 1, 10])
    assert.deepStrictEqual(rendered("a", "", "b"), ["den a;den b;", 2, 12])
    assert.deepStrictEqual(rendered("", "b"), ["den b;", 1, 6])
  })

  it("is nothing where it has no word for any of it", () => {
    assert.isUndefined(rendered(""))
    assert.isUndefined(rendered("", ""))
    assert.isUndefined(rendered())
    assert.isTrue(renderer.names)
  })
})
