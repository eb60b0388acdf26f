/** What is said is left in the channel's mailbox once, and whoever said it hears of it once, whatever becomes of it. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { awaiting, mayNotPost, send, unsayable } from "../../src/chat/internal/post.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import type { RequestError } from "../../src/domain/RequestError.ts"
import { SessionId } from "../../src/domain/SessionId.ts"
import { TokenBucket } from "../../src/domain/TokenBucket.ts"
import type { Invitation } from "../../src/hub/audience/Gateway.ts"
import type { Membership } from "../../src/hub/audience/Memberships.ts"
import type { Outcome } from "../../src/hub/channel/ChannelCommand.ts"
import { defaults } from "../../src/hub/HubSettings.ts"
import { known, standing, user } from "../hub/members.ts"
import { id, seq } from "../suites/historyWorld.ts"
import { ann, bob, caller, channel, chatOf, failing, inside, name } from "./scripted.ts"

const den = name("den")
const published: Outcome = { type: "Published", seq: seq(1), timestamp: 1, durability: "disk" }
const make = (request: number) => ({ type: "Publish", by: caller.by, request, id: id("m1"), content: "hello" }) as const
const command = (request: number) => make(request) as unknown

/** Notes what becomes of what was sent. */
const noting = () => {
  const outcomes: Array<Outcome> = []
  return { outcomes, reply: { settle: (outcome: Outcome) => void outcomes.push(outcome) } }
}

describe("in a channel that the session is in", () => {
  it.effect("nothing has to be run where there is room", () =>
    Effect.gen(function* () {
      const { commands, link } = yield* channel("den", () => published)
      const { outcomes, reply } = noting()
      const chat = yield* chatOf({})
      const { caller } = inside({ name: den, link, other: undefined })
      assert.strictEqual(send(chat, caller, den, reply, make), Effect.void)
      assert.deepStrictEqual(commands, [command(0)])
      assert.deepStrictEqual(outcomes, [published])
    }),
  )

  it.effect("what finds no room waits for it, and is asked once", () =>
    Effect.gen(function* () {
      const { commands, link, room } = yield* channel("den", () => published)
      room.now = 0
      const { outcomes, reply } = noting()
      const chat = yield* chatOf({})
      const { caller, lost } = inside({ name: den, link, other: undefined })
      const sending = send(chat, caller, den, reply, make)
      assert.deepStrictEqual(commands, [])
      // Its number was taken back: the next one that asks gets it.
      yield* sending
      assert.deepStrictEqual(commands, [command(0)])
      assert.deepStrictEqual([outcomes, lost], [[published], []])
    }),
  )

  it.effect("that has ended nobody waits for an answer", () =>
    Effect.gen(function* () {
      const { link, room } = yield* channel("den", () => published)
      room.now = 0
      room.later = 0
      const { outcomes, reply } = noting()
      const chat = yield* chatOf({})
      const { caller, lost, there } = inside({ name: den, link, other: undefined })
      const error = yield* Effect.flip(send(chat, caller, den, reply, make))
      assert.strictEqual(error.reason, "Unavailable")
      assert.deepStrictEqual(lost, there)
      assert.deepStrictEqual(outcomes, [])
      // The number is free again.
      assert.strictEqual(link.expect(reply), 0)
      link.receive({ channel: den, events: [], answers: [{ request: 1, outcome: published }], waiting: 0 })
      assert.deepStrictEqual(outcomes, [])
    }),
  )

  it.effect("and in no other", () =>
    Effect.gen(function* () {
      const { reply } = noting()
      const chat = yield* chatOf({})
      const error = yield* Effect.flip(send(chat, inside().caller, den, reply, make))
      assert.strictEqual(error.reason, "NotMember")
    }),
  )
})

describe("in a conversation", () => {
  const [phone, laptop, away] = ["s-1", "s-2", "s-3"].map((id) => SessionId.make(id))
  const direct = ChannelName.make("den")
  const setUp = (
    reach: Effect.Effect<void, RequestError> = Effect.void,
    other = bob,
    answer: () => Outcome | undefined = () => published,
  ) =>
    Effect.gen(function* () {
      const happened: Array<unknown> = []
      const unwaited: Array<Effect.Effect<void>> = []
      const { link, room } = yield* channel("den", (command) => {
        happened.push(command)
        return answer()
      })
      const chat = yield* chatOf({
        directory: {
          reach: (...asked) => {
            happened.push(asked)
            return Effect.as(
              reach,
              [phone!, laptop!, away!].map((session) => ({ session, other: session === phone ? bob : ann })),
            )
          },
          bringElsewhere: (...asked) => Effect.sync(() => void happened.push(["elsewhere", ...asked])),
          run: (effect) => void unwaited.push(effect),
        },
        gateway: {
          find: (session) =>
            session === away
              ? undefined
              : {
                  ...known(),
                  standing: () => standing(session),
                  end: () => {},
                  tell: () => {},
                  enter: (invitation: Invitation) => Effect.sync(() => void happened.push([session, invitation])),
                },
        },
      })
      const membership: Membership = { name: name(`@${other.name}`), link, other }
      return { chat, happened, link, membership, room, unwaited }
    })

  it.effect("everybody who is to hear it enters before it is said", () =>
    Effect.gen(function* () {
      const { chat, happened, membership } = yield* setUp()
      const { outcomes, reply } = noting()
      const { caller } = inside(membership)
      yield* send(chat, caller, membership.name, reply, make)
      assert.deepStrictEqual<unknown>(happened, [
        [ann, bob],
        [phone, { other: bob, channel: direct, by: caller.by }],
        [laptop, { other: ann, channel: direct, by: caller.by }],
        ["elsewhere", direct, ann, bob, caller.by],
        command(0),
      ])
      assert.deepStrictEqual(outcomes, [published])
    }),
  )

  describe("what is stored late", () => {
    const stored = (millis: number, reach: Effect.Effect<void, RequestError> = Effect.void) =>
      Effect.gen(function* () {
        const { chat, happened, link, membership, unwaited } = yield* setUp(reach, bob, () => undefined)
        const { outcomes, reply } = noting()
        yield* send(chat, inside(membership).caller, membership.name, reply, make)
        const before = happened.splice(0)
        yield* TestClock.adjust(Duration.millis(millis))
        link.receive({ channel: direct, events: [], answers: [{ request: 0, outcome: published }], waiting: 0 })
        assert.deepStrictEqual(outcomes, [published])
        assert.deepStrictEqual(happened, [])
        for (const effect of unwaited) yield* effect
        return { again: happened, before: before.slice(0, -1) }
      })

    it.effect("has those enter behind it who came meanwhile: they have not found it unread", () =>
      Effect.gen(function* () {
        const { again, before } = yield* stored(100)
        assert.lengthOf(again, 4)
        assert.deepStrictEqual(again, before)
        assert.deepStrictEqual((yield* stored(99)).again, [])
      }),
    )

    it.effect("is said also where nobody can be reached by then", () =>
      Effect.gen(function* () {
        let asked = 0
        const reach = Effect.suspend(() => (++asked === 1 ? Effect.void : Effect.fail(failing("Unreachable"))))
        assert.deepStrictEqual((yield* stored(100, reach)).again, [[ann, bob]])
      }),
    )
  })

  it.effect("with who cannot be reached nothing is said", () =>
    Effect.gen(function* () {
      const unreachable = failing("Unreachable")
      const { chat, happened, membership } = yield* setUp(Effect.fail(unreachable))
      const { outcomes, reply } = noting()
      const { caller } = inside(membership)
      assert.strictEqual(yield* Effect.flip(send(chat, caller, membership.name, reply, make)), unreachable)
      assert.deepStrictEqual([happened, outcomes], [[[ann, bob]], []])
    }),
  )

  describe("with a guest who is gone", () => {
    const guest = { ...user("eve", "guest:eve"), role: "guest" as const }
    const gone = failing("NoSuchUser")

    it.effect("who has the name now is found, and hears it", () =>
      Effect.gen(function* () {
        const { chat, happened, membership } = yield* setUp(Effect.fail(gone), guest)
        const successor = yield* channel("den", () => published)
        const session = inside(membership)
        const joins: Array<unknown> = []
        const now: Membership = { name: membership.name, link: successor.link, other: undefined }
        const memberships = Object.assign(session.caller.memberships, {
          join: (name: unknown) => {
            joins.push(name)
            session.there[0] = now
            return Effect.void
          },
        })
        const { outcomes, reply } = noting()
        yield* send(chat, { ...session.caller, memberships }, membership.name, reply, make)
        assert.deepStrictEqual(joins, ["@eve"])
        assert.deepStrictEqual(happened, [[ann, guest]])
        assert.deepStrictEqual(successor.commands, [command(0)])
        assert.deepStrictEqual(outcomes, [published])
      }),
    )

    it.effect("nobody who has the name is told from somebody: the refusal stays", () =>
      Effect.gen(function* () {
        for (const join of [Effect.void, Effect.fail(failing("TooManyMemberships"))]) {
          const { chat, happened, membership } = yield* setUp(Effect.fail(gone), guest)
          const session = inside(membership)
          Object.assign(session.caller.memberships, { join: () => join })
          const { reply } = noting()
          assert.strictEqual(yield* Effect.flip(send(chat, session.caller, membership.name, reply, make)), gone)
          assert.deepStrictEqual(happened, [[ann, guest]])
        }
      }),
    )

    it.effect("no other refusal means that", () =>
      Effect.gen(function* () {
        const unreachable = failing("Unreachable")
        const { chat, membership } = yield* setUp(Effect.fail(unreachable), guest)
        const session = inside(membership)
        Object.assign(session.caller.memberships, { join: () => Effect.die("not asked for") })
        const { reply } = noting()
        assert.strictEqual(yield* Effect.flip(send(chat, session.caller, membership.name, reply, make)), unreachable)
      }),
    )

    it.effect("and an account that is gone has no successor", () =>
      Effect.gen(function* () {
        const { chat, membership } = yield* setUp(Effect.fail(gone), bob)
        const session = inside(membership)
        Object.assign(session.caller.memberships, { join: () => Effect.die("not asked for") })
        const { reply } = noting()
        assert.strictEqual(yield* Effect.flip(send(chat, session.caller, membership.name, reply, make)), gone)
      }),
    )
  })
})

describe("whoever waits for it", () => {
  it.effect("gets what became of it", () =>
    Effect.gen(function* () {
      const settled = (outcome: Outcome) => awaiting((reply) => Effect.sync(() => reply.settle(outcome)))
      assert.deepStrictEqual<unknown>(yield* settled(published), published)
      const muted = failing("Muted")
      assert.strictEqual(yield* Effect.flip(settled({ type: "Refused", error: muted })), muted)
      const gone = yield* Effect.flip(settled({ type: "Gone" }))
      assert.deepInclude(gone, { reason: "Unavailable", retryAfter: Duration.seconds(1) })
      // It was not even left there.
      assert.strictEqual(yield* Effect.flip(awaiting(() => Effect.fail(muted))), muted)
    }),
  )
})

describe("what may be said", () => {
  it.effect("is as long as the settings have it, shows something, and can be stored", () =>
    Effect.gen(function* () {
      const chat = yield* chatOf({ settings: { ...defaults, maxMessageLength: 5 } })
      assert.isUndefined(unsayable(chat, "hello"))
      assert.deepInclude(unsayable(chat, "hello!"), {
        reason: "MessageTooLong",
        detail: "The message has 6 characters, at most 5 are allowed",
      })
      assert.deepInclude(unsayable(chat, "  "), { reason: "EmptyMessage", field: "content" })
      assert.deepInclude(unsayable(chat, "a\0b"), { reason: "InvalidFrame", field: "content" })
      // What is too long is not looked at sign by sign.
      assert.strictEqual(unsayable(chat, " ".repeat(6))?.reason, "MessageTooLong")
    }),
  )

  it.effect("is as much as the user's limit lets through, and that only", () =>
    Effect.gen(function* () {
      const chat = yield* chatOf({})
      const publishing = new TokenBucket({ burst: 2, perSecond: 4 }, 0)
      const limited = { ...caller, limits: { publishing, take: () => 9999 } }
      assert.isUndefined(mayNotPost(chat, limited, "publish", name("den")))
      assert.isUndefined(mayNotPost(chat, limited, "publish", name("den")))
      assert.deepInclude(mayNotPost(chat, limited, "publish", name("den")), {
        reason: "RateLimited",
        detail: "Too many messages: try again in 0.3 s",
        retryAfter: Duration.millis(250),
      })
      yield* TestClock.adjust(250)
      assert.isUndefined(mayNotPost(chat, limited, "publish", name("den")))
      assert.isUndefined(mayNotPost(chat, caller, "publish", name("den")))
      assert.isUndefined(
        mayNotPost(chat, { ...caller, limits: { publishing: undefined, take: () => 9999 } }, "publish", name("den")),
      )
    }),
  )
})
