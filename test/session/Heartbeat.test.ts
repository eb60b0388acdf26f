/** How long a peer may be silent: to the millisecond, for each session by itself. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import { TestClock } from "effect/testing"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { greet, heartbeat } from "../../src/session/Heartbeat.ts"
import { begin } from "../../src/session/Pulse.ts"
import type { Session } from "../../src/session/Session.ts"
import { defaults } from "../../src/session/SessionSettings.ts"
import { servicesOf, sessionOf, signedIn } from "./scripted.ts"

const settings = {
  loginTimeout: Duration.seconds(10),
  pingAfter: Duration.seconds(20),
  pongWithin: Duration.seconds(4),
}
const pinged = (sequence: number) => [{ type: "Ping", sequence }]

/** A heart that beats for sessions that begin when the test says. Half of the first patience is chance: 15 s of 20. */
const beating = Effect.gen(function* () {
  const services = yield* servicesOf({ settings })
  const sessions = new Set<Session>()
  yield* Effect.forkScoped(heartbeat(sessions, services), { startImmediately: true })
  const begin = () => {
    const made = sessionOf(services)
    sessions.add(made.session)
    return made
  }
  const beginSignedIn = () => {
    const made = begin()
    signedIn(made.session)
    return made
  }
  return { begin, beginSignedIn, services, sessions }
})

const pass = (millis: number) => TestClock.adjust(Duration.millis(millis))
/** So much time passes, and in its last millisecond something becomes otherwise. */
const just = Effect.fnUntraced(function* (millis: number, before: () => void, after: () => void) {
  yield* pass(millis - 1)
  before()
  yield* pass(1)
  after()
})
const reasonOf = ({ reason }: Session) => reason?.reason
const hears = (session: Session) => void (session.heardAt = session.elapsed())

describe("who does not sign in", () => {
  it.effect("is out when the time is up since the beginning, whatever was heard", () =>
    Effect.gen(function* () {
      const { begin } = yield* beating
      yield* pass(777)
      const { session, taken } = begin()
      yield* pass(9000)
      hears(session)
      yield* just(
        1000,
        () => assert.isUndefined(reasonOf(session)),
        () => assert.strictEqual(reasonOf(session), "LoginTimeout"),
      )
      assert.deepStrictEqual(taken(), [])
    }),
  )

  it.effect("has the time again with whatever it says, where it speaks the bare five messages", () =>
    Effect.gen(function* () {
      const { begin } = yield* beating
      const { session } = begin()
      session.bare = true
      yield* pass(9999)
      hears(session)
      yield* just(
        10_000,
        () => assert.isUndefined(reasonOf(session)),
        () => assert.strictEqual(reasonOf(session), "LoginTimeout"),
      )
    }),
  )

  it.effect("is not blamed while its sign-in is being handled, but for a second at most behind that", () =>
    Effect.gen(function* () {
      const { begin } = yield* beating
      const { session } = begin()
      session.handling = true
      yield* pass(12_000)
      assert.isUndefined(reasonOf(session))
      session.handling = false
      yield* pass(1000)
      assert.strictEqual(reasonOf(session), "LoginTimeout")
    }),
  )

  it.effect("is out at its time though something was handled before it", () =>
    Effect.gen(function* () {
      const { begin } = yield* beating
      const { session } = begin()
      session.handling = true
      yield* pass(9000)
      session.handling = false
      yield* just(
        1000,
        () => assert.isUndefined(reasonOf(session)),
        () => assert.strictEqual(reasonOf(session), "LoginTimeout"),
      )
    }),
  )
})

describe("who is silent", () => {
  it.effect("is asked, and is out when no answer comes in time", () =>
    Effect.gen(function* () {
      const { beginSignedIn } = yield* beating
      yield* pass(777)
      const { session, taken } = beginSignedIn()
      yield* just(
        15_000,
        () => assert.deepStrictEqual(taken(), []),
        () => assert.deepStrictEqual(taken(), pinged(1)),
      )
      yield* just(
        4000,
        () => assert.isUndefined(reasonOf(session)),
        () => assert.strictEqual(reasonOf(session), "PingTimeout"),
      )
      // And is asked no more.
      yield* pass(60_000)
      assert.deepStrictEqual(taken(), [])
    }),
  )

  it.effect("is out when the API key ends that it came by, though it speaks", () =>
    Effect.gen(function* () {
      const { beginSignedIn } = yield* beating
      const { session } = beginSignedIn()
      session.endAt(25_000)
      yield* pass(14_000)
      hears(session)
      yield* just(
        11_000,
        () => assert.isUndefined(reasonOf(session)),
        () => assert.strictEqual(reasonOf(session), "TokenRevoked"),
      )
    }),
  )

  it.effect("is asked again the whole time after it was heard, with the next number", () =>
    Effect.gen(function* () {
      const { beginSignedIn } = yield* beating
      const { session, taken } = beginSignedIn()
      yield* pass(15_000)
      assert.deepStrictEqual(taken(), pinged(1))
      yield* pass(3999)
      hears(session)
      yield* just(
        20_000,
        () => assert.deepStrictEqual(taken(), []),
        () => assert.deepStrictEqual(taken(), pinged(2)),
      )
      hears(session)
      // Heard in the moment it was asked: that is an answer.
      yield* just(
        20_000,
        () => assert.deepStrictEqual(taken(), []),
        () => assert.deepStrictEqual(taken(), pinged(3)),
      )
      assert.isUndefined(reasonOf(session))
    }),
  )

  it.effect("is not asked as long as it speaks", () =>
    Effect.gen(function* () {
      const { beginSignedIn } = yield* beating
      const { session, taken } = beginSignedIn()
      for (let n = 0; n < 10; n++) {
        yield* pass(14_999)
        hears(session)
      }
      assert.deepStrictEqual(taken(), [])
      yield* pass(15_000)
      assert.deepStrictEqual(taken(), pinged(1))
    }),
  )

  it.effect("is not asked while what it said is being handled, and then has its whole time", () =>
    Effect.gen(function* () {
      const { beginSignedIn } = yield* beating
      const { session, taken } = beginSignedIn()
      session.handling = true
      yield* pass(100_000)
      assert.deepStrictEqual(taken(), [])
      session.handling = false
      hears(session)
      yield* pass(15_000)
      assert.deepStrictEqual(taken(), pinged(1))
      assert.isUndefined(reasonOf(session))
    }),
  )

  it.effect("is asked together with those whose turn is within a hundredth of the time, and nobody else", () =>
    Effect.gen(function* () {
      const { beginSignedIn } = yield* beating
      const first = beginSignedIn()
      yield* pass(200)
      const second = beginSignedIn()
      yield* pass(1)
      const third = beginSignedIn()
      yield* pass(14_799)
      assert.deepStrictEqual([first.taken(), second.taken(), third.taken()], [pinged(1), pinged(1), []])
      yield* pass(201)
      assert.deepStrictEqual([first.taken(), second.taken(), third.taken()], [[], [], pinged(1)])
      yield* pass(3799)
      assert.strictEqual(first.session.reason?.reason, "PingTimeout")
      assert.strictEqual(second.session.reason?.reason, "PingTimeout")
      assert.isUndefined(third.session.reason)
    }),
  )

  it.effect("is left alone once it ends for another reason", () =>
    Effect.gen(function* () {
      const { begin, beginSignedIn } = yield* beating
      const [stranger, member] = [begin(), beginSignedIn()]
      const goodbye = new Disconnect({ reason: "Goodbye" })
      for (const { session } of [stranger, member]) session.end(goodbye)
      yield* pass(60_000)
      assert.deepStrictEqual([stranger.taken(), member.taken()], [[], []])
      assert.strictEqual(stranger.session.reason, goodbye)
      assert.strictEqual(member.session.reason, goodbye)
    }),
  )

  it.effect("has its own time, however many begin and end around it", () =>
    Effect.gen(function* () {
      const { begin, beginSignedIn, sessions } = yield* beating
      const { session, taken } = beginSignedIn()
      for (let n = 0; n < 14; n++) {
        const other = begin()
        yield* pass(1000)
        sessions.delete(other.session)
      }
      yield* just(
        1000,
        () => assert.deepStrictEqual(taken(), []),
        () => assert.deepStrictEqual(taken(), pinged(1)),
      )
      assert.isUndefined(reasonOf(session))
    }),
  )
})

describe("the heartbeat", () => {
  it.effect("goes on where one session cannot be asked", () =>
    Effect.gen(function* () {
      const { beginSignedIn, sessions } = yield* beating
      const broken = beginSignedIn()
      const ping = () => {
        throw new Error("a bug")
      }
      broken.session.protocol = { ...broken.session.protocol, ping }
      yield* pass(300)
      const { taken } = beginSignedIn()
      yield* pass(14_700)
      sessions.delete(broken.session)
      // As long as the shortest of its limits.
      yield* pass(4000)
      assert.deepStrictEqual(taken(), pinged(1))
    }).pipe(Effect.provideService(References.MinimumLogLevel, "None")),
  )

  it.effect("says hello in between to who is signed in, in the same count", () =>
    Effect.gen(function* () {
      const { begin, beginSignedIn } = yield* beating
      const [stranger, member] = [begin(), beginSignedIn()]
      for (const { session } of [stranger, member]) greet(session)
      assert.deepStrictEqual([stranger.taken(), member.taken()], [[], pinged(1)])
      yield* pass(15_000)
      assert.deepStrictEqual(member.taken(), pinged(2))
    }),
  )

  it.effect("begins with between half of the time and all of it, in whole milliseconds", () =>
    Effect.gen(function* () {
      const { random } = yield* servicesOf()
      const first = (chance: number, pingAfter: Duration.Input) =>
        begin(
          {
            random: { ...random, nextDoubleUnsafe: () => chance },
            settings: { ...defaults, pingAfter: Duration.fromInputUnsafe(pingAfter) },
          },
          70,
        )
      assert.deepStrictEqual(first(0, "25 seconds"), { beganAt: 70, patience: 12_500, askedAt: 0, sequence: 0 })
      assert.strictEqual(first(0.5, "25 seconds").patience, 18_750)
      assert.strictEqual(first(1, "25 seconds").patience, 25_000)
      assert.strictEqual(first(0.1, 33).patience, 19)
    }),
  )
})

describe("the settings of sessions", () => {
  it("are as they are documented", () => {
    assert.deepStrictEqual(
      { ...defaults },
      {
        loginTimeout: Duration.seconds(10),
        pingAfter: Duration.seconds(25),
        pongWithin: Duration.seconds(10),
        frameTimeout: Duration.seconds(10),
        writeTimeout: Duration.seconds(10),
        goodbyeTimeout: Duration.seconds(5),
        maxFrameBytes: 65_536,
        frames: { burst: 200, perSecond: 100 },
        maxViolations: 100,
        compressor: undefined,
      },
    )
  })
})
