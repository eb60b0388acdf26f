import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import type { ClientSession } from "../../../src/client/Session.ts"
import * as Requests from "../../../src/client/Requests.ts"
import { OutboxFull } from "../../../src/client/PublishError.ts"
import { Outgoing } from "../../../src/client/internal/Outgoing.ts"
import { CurrentSession } from "../../../src/client/internal/CurrentSession.ts"
import { Position } from "../../../src/client/internal/Position.ts"
import { ChannelName } from "../../../src/domain/ChannelName.ts"
import * as Seq from "../../../src/domain/Seq.ts"
import { MessageId } from "../../../src/domain/MessageId.ts"
import { Disconnect } from "../../../src/domain/Disconnect.ts"
import { RequestError, type RequestErrorReason } from "../../../src/domain/RequestError.ts"

const id = MessageId.make("an-id")
const lost = new Disconnect({ reason: "ConnectionLost" })

/** A session in which every publish ends like this. */
const session = (outcome: RequestError | Disconnect, version: 1 | 2 = 2) => {
  let tries = 0
  const never = () => Effect.never
  const publish = () =>
    Effect.andThen(
      Effect.sync(() => void tries++),
      Effect.fail(outcome),
    )
  const self: ClientSession = {
    ...Requests.of<Disconnect>(never),
    ask: never,
    version,
    resumes: true,
    files: undefined,
    publish,
    edit: never,
    delete: never,
    react: never,
    signIn: never,
    join: never,
    leave: never,
    typing: never,
    events: Stream.never,
  }
  return { self, tries: () => tries }
}

/** Publishes a message. */
const publish = (outgoing: Outgoing) =>
  outgoing.add("lobby", (session, channel) => session.publish(channel, "hello", id))

const error = (reason: RequestErrorReason, retryAfter?: Duration.Duration) => new RequestError({ reason, retryAfter })

const reasonOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), (failure) => {
    const { _tag, reason } = failure as { readonly _tag: string; readonly reason?: string }
    return reason ?? _tag
  })

const setting = Effect.gen(function* () {
  const current = new CurrentSession()
  const outgoing = yield* Outgoing.make(current, 10, { isShutOut: (channel) => channel === "full" })
  return { current, outgoing }
})

describe("Outgoing", () => {
  it.effect("tries again where the server failed, but not for ever", () =>
    Effect.gen(function* () {
      const { outgoing, current } = yield* setting
      const failing = session(error("Internal"))
      current.set(failing.self)
      const publishing = yield* Effect.forkChild(reasonOf(publish(outgoing)))
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual(yield* Fiber.join(publishing), "Internal")
      assert.strictEqual(failing.tries(), 5)
    }).pipe(Effect.scoped),
  )

  it.effect("tries as often as the server asks it to", () =>
    Effect.gen(function* () {
      const { outgoing, current } = yield* setting
      const busy = session(error("RateLimited", Duration.seconds(1)))
      current.set(busy.self)
      const publishing = yield* Effect.forkChild(publish(outgoing))
      yield* TestClock.adjust("100 seconds")
      assert.isAtLeast(busy.tries(), 100)
      assert.strictEqual(publishing.pollUnsafe(), undefined)
    }).pipe(Effect.scoped),
  )

  it.effect("keeps what the server has no time or room for, until nobody waits for it any more", () =>
    Effect.gen(function* () {
      const { outgoing, current } = yield* setting
      for (const reason of ["Unavailable", "RateLimited", "TooManyChannels"] as const) {
        const busy = session(error(reason))
        current.set(busy.self)
        const publishing = yield* Effect.forkChild(publish(outgoing))
        yield* TestClock.adjust("1 hour")
        assert.isAbove(busy.tries(), 100)
        assert.strictEqual(publishing.pollUnsafe(), undefined)
        yield* Fiber.interrupt(publishing)
        const strict = session(error("NotMember"))
        current.clear(busy.self)
        current.set(strict.self)
        const next = yield* Effect.forkChild(reasonOf(publish(outgoing)))
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(yield* Fiber.join(next), "NotMember")
        current.clear(strict.self)
      }
    }).pipe(Effect.scoped),
  )

  it.effect("keeps what is for a channel that the client will be in again", () =>
    Effect.gen(function* () {
      const { outgoing, current } = yield* setting
      const out = session(error("NotMember"))
      current.set(out.self)
      const publishing = yield* Effect.forkChild(
        outgoing.add("full", (session, channel) => session.publish(channel, "hello", id)),
      )
      yield* TestClock.adjust("1 minute")
      assert.isAbove(out.tries(), 3)
      assert.strictEqual(publishing.pollUnsafe(), undefined)
    }).pipe(Effect.scoped),
  )

  it.effect("sends again what was garbled on its way, three times", () =>
    Effect.gen(function* () {
      const { outgoing, current } = yield* setting
      const deaf = session(error("InvalidFrame"))
      current.set(deaf.self)
      assert.strictEqual(yield* reasonOf(publish(outgoing)), "InvalidFrame")
      assert.strictEqual(deaf.tries(), 4)
    }).pipe(Effect.scoped),
  )

  it.effect("does not try again what the server does not want", () =>
    Effect.gen(function* () {
      const { outgoing, current } = yield* setting
      const strict = session(error("NotMember"))
      current.set(strict.self)
      assert.strictEqual(yield* reasonOf(publish(outgoing)), "NotMember")
      assert.strictEqual(strict.tries(), 1)
    }).pipe(Effect.scoped),
  )

  it.effect("asks a connection that is lost only once, and waits for the next", () =>
    Effect.gen(function* () {
      const { outgoing, current } = yield* setting
      const first = session(lost)
      const second = session(error("NotMember"))
      current.set(first.self)
      const publishing = yield* Effect.forkChild(reasonOf(publish(outgoing)))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual([first.tries(), publishing.pollUnsafe()], [1, undefined])
      current.set(second.self)
      // The first session is cleared late: the second one stays.
      current.clear(first.self)
      assert.strictEqual(current.session, second.self)
      assert.strictEqual(yield* Fiber.join(publishing), "NotMember")
    }).pipe(Effect.scoped),
  )

  it.effect("does not say again what a server without ids may have heard", () =>
    Effect.gen(function* () {
      const { outgoing, current } = yield* setting
      const old = session(lost, 1)
      current.set(old.self)
      assert.strictEqual(yield* reasonOf(publish(outgoing)), "Unconfirmed")
      assert.strictEqual(old.tries(), 1)
    }).pipe(Effect.scoped),
  )

  it.effect("tries again under the new name where the channel was renamed meanwhile", () =>
    Effect.gen(function* () {
      const { outgoing, current } = yield* setting
      const names: Array<string> = []
      const position = new Position(ChannelName.make("old"), Seq.zero)
      current.set(session(lost).self)
      const sending = yield* Effect.forkChild(
        reasonOf(
          outgoing.add(position, (_, channel) => {
            names.push(channel)
            position.name = ChannelName.make("new")
            return Effect.fail(error(channel === "old" ? "NoSuchChannel" : "NotMember"))
          }),
        ),
      )
      assert.strictEqual(yield* Fiber.join(sending), "NotMember")
      assert.deepStrictEqual(names, ["old", "new"])
    }).pipe(Effect.scoped),
  )

  it.effect("says nothing where the channel that was meant lets it in no more, nor of a message that is gone", () =>
    Effect.gen(function* () {
      const { outgoing, current } = yield* setting
      const [den, attic] = [
        new Position(ChannelName.make("den"), Seq.zero),
        new Position(ChannelName.make("attic"), Seq.zero),
      ]
      const { self, tries } = session(error("NotMember"))
      const add = (to: Position | string, changes: boolean) =>
        Effect.forkChild(
          reasonOf(outgoing.add(to, (session, channel) => session.publish(channel, "x", id), { changes })),
          { startImmediately: true },
        )
      // Known by its name alone so far.
      const early = yield* add("den", false)
      const change = yield* add(attic, true)
      const message = yield* add(attic, false)
      outgoing.bind(den, (name) => name === "den")
      den.refused = error("Banned")
      attic.era++
      current.set(self)
      assert.strictEqual(yield* Fiber.join(early), "Banned")
      assert.strictEqual(yield* Fiber.join(change), "NoSuchMessage")
      assert.strictEqual(yield* Fiber.join(message), "NotMember")
      assert.strictEqual(tries(), 1, "only the message was sent")
    }).pipe(Effect.scoped),
  )

  it.effect("takes nothing once it is closed", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { outgoing } = yield* Scope.provide(setting, scope)
      yield* Scope.close(scope, Exit.void)
      outgoing.close(lost)
      assert.strictEqual(yield* reasonOf(publish(outgoing)), "ConnectionLost")
    }),
  )

  /** A session that answers each message as the script says, and then takes it; what was sent, and when. */
  const listening = (script: ReadonlyArray<RequestError | Disconnect> = [], version: 1 | 2 = 2) => {
    const left = [...script]
    const sent: Array<string> = []
    const send = (text: string) => (_: ClientSession, channel: string) =>
      Effect.gen(function* () {
        sent.push(`${(yield* Clock.currentTimeMillis) / 1000} ${channel} ${text}`)
        const refusal = left.shift()
        if (refusal !== undefined) return yield* refusal
        return { type: "Published", channel, id, seq: sent.length, timestamp: 0, durability: "memory" } as never
      })
    return { self: session(lost, version).self, sent, send }
  }

  it.effect(
    "sends one behind the other, in order, and what has waited under the name that the channel has by then",
    () =>
      Effect.gen(function* () {
        const { outgoing, current } = yield* setting
        const { self, send, sent } = listening()
        const den = new Position(ChannelName.make("den"), Seq.zero)
        const fibers = yield* Effect.forEach(["a", "b", "c"], (text) =>
          Effect.forkChild(outgoing.add(den, send(text)), { startImmediately: true }),
        )
        yield* TestClock.adjust("10 seconds")
        assert.deepStrictEqual(sent, [])
        den.name = ChannelName.make("lounge")
        current.set(self)
        const answers = yield* Effect.forEach(fibers, Fiber.join)
        assert.deepStrictEqual(sent, ["10 lounge a", "10 lounge b", "10 lounge c"])
        assert.deepStrictEqual(
          answers.map(({ seq }) => Number(seq)),
          [1, 2, 3],
        )
      }).pipe(Effect.scoped),
  )

  it.effect("lets nothing overtake what has to be sent later, and keeps to the pace from then on", () =>
    Effect.gen(function* () {
      const { outgoing, current } = yield* setting
      const { self, send, sent } = listening([error("RateLimited", Duration.seconds(2))])
      current.set(self)
      const fibers = yield* Effect.forEach(["a", "b", "c"], (text) =>
        Effect.forkChild(outgoing.add("den", send(text)), { startImmediately: true }),
      )
      yield* TestClock.adjust("20 seconds")
      yield* Effect.forEach(fibers, Fiber.join)
      assert.deepStrictEqual(sent, ["0 den a", "2 den a", "6 den b", "10 den c"])
    }).pipe(Effect.scoped),
  )

  it.effect("does not slow down for what one channel wants later", () =>
    Effect.gen(function* () {
      const { outgoing, current } = yield* setting
      const { self, send, sent } = listening([error("SlowMode", Duration.seconds(2))])
      current.set(self)
      const fibers = yield* Effect.forEach(["a", "b", "c"], (text) =>
        Effect.forkChild(outgoing.add("den", send(text)), { startImmediately: true }),
      )
      yield* TestClock.adjust("20 seconds")
      yield* Effect.forEach(fibers, Fiber.join)
      assert.deepStrictEqual(sent, ["0 den a", "2 den a", "2 den b", "2 den c"])
    }).pipe(Effect.scoped),
  )

  it.effect("gives up what a channel wants much later, if it is told to, and goes on with what is behind it", () =>
    Effect.gen(function* () {
      const current = new CurrentSession()
      const outgoing = yield* Outgoing.make(current, 256, { longestWait: Duration.seconds(5) })
      const { self, send, sent } = listening([
        error("SlowMode", Duration.seconds(6)),
        error("SlowMode", Duration.seconds(5)),
        error("RateLimited", Duration.seconds(7)),
      ])
      current.set(self)
      const slow = yield* Effect.forkChild(reasonOf(outgoing.add("den", send("a"))), { startImmediately: true })
      const next = yield* Effect.forkChild(outgoing.add("den", send("b")), { startImmediately: true })
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual(yield* Fiber.join(slow), "SlowMode")
      yield* Fiber.join(next)
      assert.deepStrictEqual(sent, ["0 den a", "0 den b", "5 den b", "12 den b"])
    }).pipe(Effect.scoped),
  )

  it.effect("counts failures over connections and refusals, and no lost connection as one", () =>
    Effect.gen(function* () {
      const { outgoing, current } = yield* setting
      const failures = Array.from({ length: 4 }, () => error("Internal"))
      const { self, send, sent } = listening([...failures, lost, ...failures])
      current.set(self)
      const sending = yield* Effect.forkChild(reasonOf(outgoing.add("den", send("a"))))
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual(sent.length, 5)
      current.set(self)
      assert.strictEqual(yield* Fiber.join(sending), "Internal")
      assert.strictEqual(sent.length, 6)
    }).pipe(Effect.scoped),
  )

  it.effect("sends no second time to a server without ids what it could not read", () =>
    Effect.gen(function* () {
      const { outgoing, current } = yield* setting
      const { self, send, sent } = listening([error("InvalidFrame")], 1)
      current.set(self)
      assert.strictEqual(yield* reasonOf(outgoing.add("den", send("a"))), "InvalidFrame")
      assert.strictEqual(sent.length, 1)
    }).pipe(Effect.scoped),
  )

  it.effect("sends nothing for which nobody waits any more, also where it was refused before", () =>
    Effect.gen(function* () {
      const { outgoing, current } = yield* setting
      const { self, send, sent } = listening([error("SlowMode", Duration.seconds(2))])
      current.set(self)
      const [first, second, third] = yield* Effect.forEach(["a", "b", "c"], (text) =>
        Effect.forkChild(outgoing.add("den", send(text)), { startImmediately: true }),
      )
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(first!)
      yield* Fiber.interrupt(second!)
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(third!)
      assert.deepStrictEqual(sent, ["0 den a", "2 den c"])
    }).pipe(Effect.scoped),
  )

  it.effect("has room for so many that wait, and forgets the one too many", () =>
    Effect.gen(function* () {
      const current = new CurrentSession()
      const outgoing = yield* Outgoing.make(current, 2)
      const { self, send, sent } = listening()
      const add = (text: string) =>
        Effect.forkChild(Effect.exit(outgoing.add("den", send(text))), { startImmediately: true })
      // The first is taken out of the queue, to be sent.
      const first = yield* add("a")
      yield* TestClock.adjust(0)
      const [second, third, fourth] = [yield* add("b"), yield* add("c"), yield* add("d")]
      assert.deepStrictEqual(yield* Fiber.join(fourth), Exit.fail(new OutboxFull()))
      current.set(self)
      yield* Effect.forEach([first, second, third], Fiber.join)
      assert.deepStrictEqual(sent, ["0 den a", "0 den b", "0 den c"])
      // Nor is a channel that nobody says to be shut out of one that the client will be in again.
      const strict = session(error("NotMember"))
      current.clear(self)
      current.set(strict.self)
      assert.strictEqual(yield* reasonOf(publish(outgoing)), "NotMember")
    }).pipe(Effect.scoped),
  )

  it.effect("has what is known by its name alone follow the channel that the client enters, and nothing else", () =>
    Effect.gen(function* () {
      const { outgoing, current } = yield* setting
      const { self, send, sent } = listening()
      const [den, attic] = ["den", "attic"].map((name) => new Position(ChannelName.make(name), Seq.zero))
      den!.era = 3
      const fibers = yield* Effect.forEach(
        [
          ["den", "a"],
          ["kitchen", "b"],
          [attic!, "c"],
        ] as const,
        ([to, text]) => Effect.forkChild(outgoing.add(to, send(text), { changes: true }), { startImmediately: true }),
      )
      outgoing.bind(den!, (name) => name === "den" || name === "attic")
      // It follows that one, even where another gets its former name.
      outgoing.bind(attic!, (name) => name === "den")
      den!.name = ChannelName.make("lounge")
      current.set(self)
      yield* Effect.forEach(fibers, Fiber.join)
      assert.deepStrictEqual(sent, ["0 lounge a", "0 kitchen b", "0 attic c"])
    }).pipe(Effect.scoped),
  )

  it.effect("fails with the reason for the end whatever has waited, the one on its way included", () =>
    Effect.gen(function* () {
      const { outgoing, current } = yield* setting
      const { self } = listening()
      current.set(self)
      const onItsWay = yield* Effect.forkChild(reasonOf(outgoing.add("den", () => Effect.never)))
      const behind = yield* Effect.forkChild(reasonOf(outgoing.add("den", () => Effect.never)))
      yield* TestClock.adjust(0)
      const gone = new Disconnect({ reason: "AccountDisabled" })
      outgoing.close(gone)
      for (const fiber of [onItsWay, behind]) assert.strictEqual(yield* Fiber.join(fiber), "AccountDisabled")
      assert.strictEqual(yield* Effect.flip(publish(outgoing)), gone)
    }).pipe(Effect.scoped),
  )

  it.effect("keeps nothing of what is done, or given up", () =>
    Effect.gen(function* () {
      const { outgoing, current } = yield* setting
      const { self, send } = listening([error("NotMember")])
      current.set(self)
      assert.strictEqual(yield* reasonOf(outgoing.add("den", send("refused"))), "NotMember")
      yield* outgoing.add("den", send("taken"))
      const names: Array<string> = []
      const enter = () =>
        outgoing.bind(new Position(ChannelName.make("den"), Seq.zero), (name) => (names.push(name), true))
      enter()
      assert.deepStrictEqual(names, [])
      current.clear(self)
      const waiting = yield* Effect.forkChild(outgoing.add("attic", send("waiting")), { startImmediately: true })
      enter()
      assert.deepStrictEqual(names, ["attic"])
      outgoing.close(lost)
      enter()
      assert.deepStrictEqual(names, ["attic"])
      yield* Effect.flip(Fiber.join(waiting))
    }).pipe(Effect.scoped),
  )
})
