import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { ActorUnavailable } from "../../../src/actor/Actor.ts"
import { RequestError } from "../../../src/domain/RequestError.ts"
import { Seq } from "../../../src/domain/Seq.ts"
import { type ChannelInbox, ChannelLink, type Reply, resultOf } from "../../../src/hub/audience/ChannelLink.ts"
import type { ChannelCommand, Outcome } from "../../../src/hub/channel/ChannelCommand.ts"
import { settle } from "../../actor/fibers.ts"
import { channel } from "../channel/fixture.ts"
import { fork, id, online, types } from "../fixture.ts"
import { member, outboxes, user } from "../members.ts"
import { controlledHistory, general } from "../stores.ts"
import { said, welcome } from "./fixture.ts"

const gone = new ActorUnavailable({ actor: "channel general", why: "stopped" })
const done: Outcome = { type: "Done" }
const by = { user: user("ann") }

/** A link to a channel that is the test itself: it notes the commands, and answers what and when it wants. */
const linked = (tell?: ChannelInbox["tell"]) =>
  Effect.map(Clock.Clock, (clock) => {
    const commands: Array<ChannelCommand> = []
    let presences = 0
    const link = new ChannelLink({
      name: general,
      outboxes,
      clock,
      later: (_, run) => run(),
      coalesce: 1500,
    })
    const note = (command: ChannelCommand) => {
      if (command.type === "ShowPresence") presences++
      else commands.push(command)
    }
    link.connect({
      tellUnsafe: (command) => (note(command), true),
      tell: tell ?? ((command) => Effect.sync(() => note(command))),
    })
    const answer = (request: number, outcome: Outcome = done) =>
      link.receive({ channel: general, events: [], answers: [{ request, outcome }], waiting: 0 })
    return { link, commands, answer, presences: () => presences }
  })

const settling = (link: ChannelLink) => fork(link.ask<"Done">((request) => ({ type: "Settle", request })))
const numberIn = (command: ChannelCommand | undefined): number =>
  command !== undefined && "request" in command && command.request !== undefined ? command.request : assert.fail()

describe("ChannelLink", () => {
  it.effect("each request has a number of its own, and each answer is for the one that asked", () =>
    Effect.gen(function* () {
      const { answer, commands, link } = yield* linked()
      const asking = yield* Effect.forEach([0, 1, 2], () =>
        fork(link.ask<"Location">((request) => ({ type: "Locate", by, request, right: "read" }))),
      )
      const numbers = commands.map(numberIn)
      assert.strictEqual(new Set(numbers).size, 3)
      for (const n of [2, 0, 1]) answer(numbers[n]!, { type: "Location", id: welcome.id, seq: Seq.make(n) })
      assert.deepStrictEqual(
        (yield* Effect.forEach(asking, Fiber.join)).map(({ seq }) => Number(seq)),
        [0, 1, 2],
      )
    }),
  )

  it.effect("a number is used again only behind its answer", () =>
    Effect.gen(function* () {
      const { answer, commands, link } = yield* linked()
      const [first] = [yield* settling(link), yield* settling(link)]
      yield* Fiber.interrupt(first)
      yield* settling(link)
      assert.deepStrictEqual(commands.map(numberIn), [0, 1, 2])
      // The answer to who waits no longer is nobody's, and its number is free.
      answer(0)
      yield* settling(link)
      assert.strictEqual(numberIn(commands.at(-1)), 0)
      yield* settling(link)
      assert.strictEqual(numberIn(commands.at(-1)), 3)
    }),
  )

  it.effect("the answer to who was interrupted is for none that asks later", () =>
    Effect.gen(function* () {
      const { answer, commands, link } = yield* linked()
      yield* Fiber.interrupt(yield* settling(link))
      const later = yield* settling(link)
      answer(numberIn(commands[0]), { type: "Refused", error: new RequestError({ reason: "Forbidden" }) })
      yield* settle
      assert.isUndefined(later.pollUnsafe())
      answer(numberIn(commands[1]))
      assert.deepStrictEqual(yield* Fiber.join(later), done)
    }),
  )

  it.effect("a request that was not made gives its number back: refused, or interrupted while there was no room", () =>
    Effect.gen(function* () {
      let way: Effect.Effect<void, ActorUnavailable> = Effect.fail(gone)
      const told: Array<number> = []
      const { link } = yield* linked((command) =>
        Effect.suspend(() => Effect.tap(way, () => Effect.sync(() => void told.push(numberIn(command))))),
      )
      assert.strictEqual((yield* Effect.flip(Fiber.join(yield* settling(link))))._tag, "ChannelGone")
      way = Effect.never
      yield* Fiber.interrupt(yield* settling(link))
      way = Effect.void
      yield* settling(link)
      assert.deepStrictEqual(told, [0])
    }),
  )

  it.effect("whoever expects an answer without waiting gets it where it arrives, and may ask again right there", () =>
    Effect.gen(function* () {
      const { answer, commands, link } = yield* linked()
      const outcomes: Array<Outcome> = []
      let again = 0
      const reply: Reply = {
        settle: (outcome) => {
          outcomes.push(outcome)
          if (again++ < 2) link.tellUnsafe({ type: "Describe", by, request: link.expect(reply) })
        },
      }
      const request = link.expect(reply)
      link.tellUnsafe({ type: "Describe", by, request })
      for (let n = 0; n < 3; n++) answer(request)
      assert.lengthOf(outcomes, 3)
      // Answered, a number is free at once.
      assert.deepStrictEqual(commands.map(numberIn), [request, request, request])
      // An answer too many is nobody's.
      answer(request)
      answer(99)
      assert.lengthOf(outcomes, 3)
    }),
  )

  it.effect("a refusal fails with its error, and Gone with ChannelGone", () =>
    Effect.gen(function* () {
      const { answer, link } = yield* linked()
      const error = new RequestError({ reason: "Banned" })
      const refused = yield* settling(link)
      answer(0, { type: "Refused", error })
      assert.strictEqual(yield* Effect.flip(Fiber.join(refused)), error)
      const left = yield* settling(link)
      answer(0, { type: "Gone" })
      assert.strictEqual((yield* Effect.flip(Fiber.join(left)))._tag, "ChannelGone")
      assert.deepStrictEqual(yield* resultOf<"Done">(done), done)
    }),
  )

  describe("a member that asks to enter", () => {
    const joining = (link: ChannelLink, who = member("ann")) =>
      Effect.map(
        fork(
          link.ask<"Done">(
            (request) => ({
              type: "Join",
              by: who.by,
              request,
              session: who.session,
              appearance: online,
              called: general,
              names: false,
            }),
            who.entering(general),
          ),
        ),
        (fiber) => ({ who, fiber }),
      )
    const enters = (link: ChannelLink, request: number) =>
      link.receive({
        channel: general,
        events: [{ type: "Entered", session: member("ann").session, request, welcome }, said("hello")],
        answers: [{ request, outcome: done }],
        waiting: 0,
      })

    it.effect("is let in where the channel says so, before the answer; what is said behind that reaches it", () =>
      Effect.gen(function* () {
        const { link } = yield* linked()
        const { fiber, who } = yield* joining(link)
        assert.isUndefined(link.id)
        enters(link, 0)
        yield* Fiber.join(fiber)
        assert.strictEqual(link.id, welcome.id)
        assert.deepStrictEqual(types(who.taken()), ["Joined", "Message"])
      }),
    )

    it.effect("is not let in where it was given up, though the channel does", () =>
      Effect.gen(function* () {
        const { link } = yield* linked()
        const { fiber, who } = yield* joining(link)
        yield* Fiber.interrupt(fiber)
        enters(link, 0)
        assert.deepStrictEqual(who.taken(), [])
        // Given up behind that, it is in.
        const { fiber: late, who: other } = yield* joining(link)
        enters(link, 0)
        yield* Fiber.interrupt(late)
        assert.deepStrictEqual(types(other.taken()), ["Joined", "Message"])
      }),
    )

    it.effect("is forgotten with its refusal, heard or not, or where it was not asked", () =>
      Effect.gen(function* () {
        let way: Effect.Effect<void, ActorUnavailable> = Effect.void
        const { answer, link } = yield* linked(() => Effect.suspend(() => way))
        const { fiber: abandoned, who: first } = yield* joining(link)
        yield* Fiber.interrupt(abandoned)
        answer(0, { type: "Refused", error: new RequestError({ reason: "Internal" }) })
        const { who: second } = yield* joining(link)
        answer(0, { type: "Gone" })
        way = Effect.fail(gone)
        const { who: third } = yield* joining(link)
        yield* settle
        way = Effect.void
        const { who: last } = yield* joining(link)
        enters(link, 0)
        assert.deepStrictEqual(
          [first, second, third, last].map(({ taken }) => types(taken())),
          [[], [], [], ["Joined", "Message"]],
        )
      }),
    )
  })

  it.effect("the audience's members that missed a change bring a question to the channel", () =>
    Effect.gen(function* () {
      const { link, presences } = yield* linked()
      const slow = member("slow", { bounds: { frames: 2 } })
      link.audience.admit(0, slow.entering(general))
      slow.room = false
      const events = [{ type: "Entered", session: slow.session, request: 0, welcome }, said("1")] as const
      link.receive({ channel: general, events, answers: [], waiting: 0 })
      const change = { type: "Presence", version: 1, count: 1, joined: [], left: [], changed: [], full: false } as const
      link.receive({ channel: general, events: [change], answers: [], waiting: 0 })
      assert.strictEqual(presences(), 1)
    }),
  )

  describe("to a channel", () => {
    const Step = Schema.Union([
      Schema.Struct({ type: Schema.Literal("ask") }),
      Schema.Struct({
        type: Schema.Literal("interrupt"),
        which: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 30 })),
      }),
      Schema.Struct({ type: Schema.Literals(["yield", "yield", "open", "close", "crash"]) }),
    ])
    it.effect.prop(
      "whoever is interrupted when, and however full its mailbox is: nobody gets the answer to another",
      [Arbitrary.array(Arbitrary.schema(Step), { maxLength: 60 })],
      ([steps]) =>
        Effect.gen(function* () {
          const history = controlledHistory()
          const tested = yield* channel({ history, settings: { channelMailbox: 2 } })
          /** While it is there, nothing is stored. */
          let gate: Deferred.Deferred<void> | undefined
          const open = Effect.suspend(() => {
            const closed = gate
            gate = undefined
            return closed === undefined ? Effect.void : Deferred.succeed(closed, undefined)
          })
          let crashes = 0
          history.before = Effect.suspend(() => {
            const crash = crashes > 0
            if (crash) crashes--
            return crash ? Effect.die("a bug") : gate === undefined ? Effect.void : Deferred.await(gate)
          })
          const asked: Array<{ readonly content: string; readonly fiber: Fiber.Fiber<number, unknown> }> = []
          let crashed = 0
          for (const step of steps) {
            if (step.type === "ask") {
              const content = `${asked.length}`
              const asking = tested.link.ask<"Published">((request) => {
                return { type: "Publish", by, request, id: id(content), content }
              })
              asked.push({ content, fiber: yield* fork(Effect.map(asking, ({ seq }) => Number(seq))) })
            } else if (step.type === "interrupt") {
              const one = asked[step.which]
              if (one !== undefined) yield* fork(Fiber.interrupt(one.fiber))
            } else if (step.type === "open") yield* open
            else if (step.type === "close") gate ??= Deferred.makeUnsafe()
            else if (step.type === "yield") yield* Effect.yieldNow
            else if (++crashed <= 2) crashes++
          }
          yield* open
          crashes = 0
          yield* settle
          const stored = history.appended.flat()
          for (const { content, fiber } of asked) {
            const exit = fiber.pollUnsafe()
            assert.isDefined(exit, `${content} has no answer`)
            if (exit?._tag === "Success") assert.strictEqual(stored[exit.value - 1]?.content, content)
          }
          // Whoever asks now gets its own answer, too.
          const { seq } = yield* tested.link.ask<"Published">((request) => {
            return { type: "Publish", by, request, content: "the last" }
          })
          assert.strictEqual(history.appended.flat()[seq - 1]?.content, "the last")
        }).pipe(Effect.scoped),
      { arbitrary: { runs: 300, size: 60 } },
    )

    it.effect(
      "a crash answers everything in hand with Internal, an end with Gone, and both give the numbers back",
      () =>
        Effect.gen(function* () {
          const history = controlledHistory()
          const { link, stopped } = yield* channel({ history })
          yield* settle
          const ask = () =>
            Effect.map(
              Effect.flip(link.ask<"Published">((request) => ({ type: "Publish", by, request, content: "x" }))),
              (error) => (error._tag === "RequestError" ? error.reason : error._tag),
            )
          const gate = yield* Deferred.make<void>()
          history.before = Effect.andThen(Deferred.await(gate), Effect.die("a bug"))
          history.load = Effect.die("a bug")
          const inHand = yield* fork(ask())
          yield* settle
          const waiting = yield* Effect.forEach([0, 1, 2], () => fork(ask()))
          yield* Deferred.succeed(gate, undefined)
          yield* stopped
          assert.strictEqual(yield* Fiber.join(inHand), "Internal")
          for (const fiber of waiting) assert.strictEqual(yield* Fiber.join(fiber), "ChannelGone")
          assert.strictEqual(yield* ask(), "ChannelGone")
          const numbers = [0, 1, 2, 3, 4].map(() => link.expect({ settle: () => {} }))
          assert.deepStrictEqual(numbers.toSorted(), [0, 1, 2, 3, 4])
        }),
    )
  })
})
