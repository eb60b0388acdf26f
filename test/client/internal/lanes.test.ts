/** What is to be said in several channels: each is a lane, in which order holds whatever happens, and none waits for another. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import type { ClientSession } from "../../../src/client/Session.ts"
import { CurrentSession } from "../../../src/client/internal/CurrentSession.ts"
import { Outgoing } from "../../../src/client/internal/Outgoing.ts"
import { Position } from "../../../src/client/internal/Position.ts"
import { Disconnect } from "../../../src/domain/Disconnect.ts"
import { RequestError, type RequestErrorReason } from "../../../src/domain/RequestError.ts"
import * as Seq from "../../../src/domain/Seq.ts"
import { channel, sessionOf } from "./fakes.ts"

const positionOf = (name: string) => new Position(channel(name), Seq.zero)
const refusal = (reason: RequestErrorReason, seconds?: number) =>
  new RequestError({ reason, retryAfter: seconds === undefined ? undefined : Duration.seconds(seconds) })
const lost = new Disconnect({ reason: "ConnectionLost" })
const taken = { type: "Published" } as never

const setting = (options?: Parameters<typeof Outgoing.make>[2]) =>
  Effect.gen(function* () {
    const current = new CurrentSession()
    const outgoing = yield* Outgoing.make(current, 16, options)
    const sent: Array<string> = []
    /** Notes down when and where it is sent; the first tries end as the script says. */
    const say = (
      to: Parameters<Outgoing["add"]>[0],
      text: string,
      ...script: ReadonlyArray<Effect.Effect<never, RequestError | Disconnect>>
    ) => {
      const left = [...script]
      const send = (_: ClientSession, name: string) =>
        Effect.gen(function* () {
          sent.push(`${(yield* Clock.currentTimeMillis) / 1000} ${name} ${text}`)
          return yield* left.shift() ?? Effect.succeed(taken)
        })
      return Effect.forkChild(outgoing.add(to, send), { startImmediately: true })
    }
    current.set(sessionOf({}))
    return { current, outgoing, say, sent }
  })

describe("lanes", () => {
  it.effect("of other channels go on while one stands still, or wants it later", () =>
    Effect.gen(function* () {
      const { say, sent } = yield* setting()
      const standing = yield* say("den", "a", Effect.delay(Effect.fail(refusal("Unavailable", 1)), "20 seconds"))
      const behind = yield* say("den", "b")
      yield* say("slow", "c", Effect.fail(refusal("SlowMode", 60)))
      for (const text of ["d", "e"]) yield* Fiber.join(yield* say(positionOf("attic"), text))
      yield* TestClock.adjust("30 seconds")
      yield* Effect.forEach([standing, behind], Fiber.join)
      assert.deepStrictEqual(sent, ["0 den a", "0 slow c", "0 attic d", "0 attic e", "21 den a", "21 den b"])
    }).pipe(Effect.scoped),
  )

  it.effect("share the room that there is, and the pace that the server wants", () =>
    Effect.gen(function* () {
      const { outgoing, say, sent } = yield* setting()
      const fibers = [yield* say("a", "1", Effect.fail(refusal("RateLimited", 2)))]
      yield* TestClock.adjust("1 second")
      for (const name of ["b", "c"]) fibers.push(yield* say(name, "1"))
      yield* TestClock.adjust("20 seconds")
      yield* Effect.forEach(fibers, Fiber.join)
      // Nothing before the time that was said, and then as far apart as one lane had been.
      assert.deepStrictEqual(sent, ["0 a 1", "2 a 1", "6 b 1", "10 c 1"])
      for (let at = 0; at < 17; at++) yield* say(`n${at}`, "x", Effect.never)
      const full = yield* Effect.flip(outgoing.add("other", () => Effect.succeed(taken)))
      assert.strictEqual(full._tag, "OutboxFull")
    }).pipe(Effect.scoped),
  )

  it.effect("wait while the client is coming back to their channel, and no other does", () =>
    Effect.gen(function* () {
      let coming: Effect.Effect<void> | undefined = Effect.sync(() => (coming = undefined)).pipe(
        Effect.delay("5 seconds"),
      )
      const { say, sent } = yield* setting({ entering: (name) => (name === "den" ? coming : undefined) })
      yield* say("den", "a")
      yield* say("attic", "b")
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(sent, ["0 attic b", "5 den a"])
    }).pipe(Effect.scoped),
  )

  it.effect("become one where two names are one channel's: what was said first goes first", () =>
    Effect.gen(function* () {
      const { outgoing, say, sent } = yield* setting()
      const standing = Effect.delay(Effect.fail(refusal("Unavailable", 1)), "9 seconds")
      const den = positionOf("den")
      yield* say(den, "1", standing)
      // Under the name that it gets meanwhile, by which the client does not know it yet.
      yield* say("lounge", "2", standing)
      yield* say(den, "3")
      yield* say("lounge", "4")
      den.rename(channel("lounge"))
      outgoing.bind(den, (name) => name === "lounge")
      yield* say(den, "5")
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(sent.slice(0, 2), ["0 den 1", "0 lounge 2"])
      assert.deepStrictEqual(
        sent.slice(2).map((line) => line.replace(/^\S+ /, "")),
        ["lounge 1", "lounge 2", "lounge 3", "lounge 4", "lounge 5"],
      )
    }).pipe(Effect.scoped),
  )

  it.effect("become two where a name is another channel's by then: neither waits for the other", () =>
    Effect.gen(function* () {
      const { outgoing, say, sent } = yield* setting()
      const [den, other] = [positionOf("den"), positionOf("attic")]
      yield* say(den, "standing", Effect.never)
      den.rename(channel("lounge"))
      other.rename(channel("den"))
      // Before the client is told of it both are in one lane, which does no harm.
      yield* say(other, "a")
      yield* TestClock.adjust("1 second")
      outgoing.bind(other, (name) => name === "den")
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(sent, ["0 den standing", "1 den a"])
    }).pipe(Effect.scoped),
  )

  it.effect("are one for all spellings of the name of a conversation", () =>
    Effect.gen(function* () {
      const { say, sent } = yield* setting()
      yield* say("@Bob", "a", Effect.delay(Effect.fail(refusal("Unavailable", 1)), "1 second"))
      yield* say("@bob", "b")
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(sent, ["0 @Bob a", "2 @Bob a", "2 @bob b"])
    }).pipe(Effect.scoped),
  )

  /** What may become of a message that is sent, and after how long. */
  const Fate = Schema.Literals(["taken", "later", "limited", "lost before", "lost behind", "slow"])
  const Step = Schema.Union([
    Schema.Tuple([Schema.Literal("say"), Schema.Literals([0, 1, 2])]),
    Schema.Tuple([Schema.Literals(["enter", "rename"]), Schema.Literals([0, 1, 2])]),
    Schema.Tuple([Schema.Literals(["cut", "wait"]), Schema.Literals([0])]),
  ])

  it.effect.prop(
    "keep the order of each channel and double nothing, whatever is cut, refused, late or renamed",
    [Schema.Array(Step).check(Schema.isMaxLength(40)), Schema.Array(Fate).check(Schema.isMaxLength(40))],
    ([steps, fates]) =>
      Effect.gen(function* () {
        const current = new CurrentSession()
        const outgoing = yield* Outgoing.make(current, 100)
        const stored = [0, 1, 2].map(() => new Map<string, number>())
        const said = [0, 1, 2].map((): Array<string> => [])
        const names = ["a", "b", "c"]
        const positions: Array<Position | undefined> = [undefined, undefined, undefined]
        let fate = 0
        let session = sessionOf({})
        /** The server: it knows the channel by the name that it has now, and a message by its id. */
        const send = (id: string) => (from: ClientSession, name: string) =>
          Effect.gen(function* () {
            const at = names.indexOf(name)
            if (from !== session) return yield* lost
            if (at < 0) return yield* refusal("NoSuchChannel")
            const entries = stored[at]!
            const store = () => void (entries.has(id) || entries.set(id, entries.size))
            switch (fates[fate++]) {
              case "later":
                return yield* refusal("Unavailable", 1)
              case "limited":
                return yield* refusal("RateLimited", 1)
              case "lost before":
                yield* cut
                return yield* lost
              case "lost behind":
                store()
                yield* cut
                return yield* lost
              case "slow":
                yield* Effect.sleep("3 seconds")
                if (from !== session) return yield* lost
                if (names[at] !== name) return yield* refusal("NoSuchChannel")
                store()
                return taken
              // Behind all that was thought up everything goes well.
              default:
                store()
                return taken
            }
          })
        const cut = Effect.sync(() => {
          current.clear(session)
          session = sessionOf({})
          current.set(session)
        })
        current.set(session)
        const fibers: Array<Fiber.Fiber<unknown, unknown>> = []
        let count = 0
        for (const [what, at] of steps) {
          const position = positions[at]
          if (what === "say") {
            const id = `${count++}`
            said[at]!.push(id)
            fibers.push(
              yield* Effect.forkChild(outgoing.add(position ?? names[at]!, send(id)), { startImmediately: true }),
            )
          } else if (what === "enter" && position === undefined) {
            const entered = positionOf(names[at]!)
            positions[at] = entered
            outgoing.bind(entered, (name) => name === entered.name)
          } else if (what === "rename" && position !== undefined) {
            names[at] += "x"
            position.rename(channel(names[at]!))
            outgoing.bind(position, (name) => name === position.name)
          } else if (what === "cut") yield* cut
          else yield* TestClock.adjust("1 second")
        }
        while (fibers.some((fiber) => fiber.pollUnsafe() === undefined)) yield* TestClock.adjust("5 seconds")
        yield* Effect.forEach(fibers, Fiber.join)
        assert.deepStrictEqual(
          stored.map((entries) => [...entries.keys()]),
          said,
        )
      }).pipe(Effect.scoped),
    { arbitrary: { runs: 500, size: 40 } },
  )
})
