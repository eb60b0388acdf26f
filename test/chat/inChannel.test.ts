/** How an operation gets at the channel that was named: through the session that is in it, or through the directory. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as References from "effect/References"
import { accountIn, anywhere, asMember, readable } from "../../src/chat/internal/inChannel.ts"
import { ChannelStoreError } from "../../src/channels/ChannelStoreError.ts"
import { HistoryError } from "../../src/history/HistoryError.ts"
import { People } from "../../src/chat/People.ts"
import type { ChatShape } from "../../src/chat/Chat.ts"
import type { User } from "../../src/domain/User.ts"
import { ChannelGone, type ChannelLink } from "../../src/hub/audience/ChannelLink.ts"
import { user } from "../hub/members.ts"
import { accountsOf, ann, bob, caller, channel, chatOf, failing, inside, name, type TestChannel } from "./scripted.ts"

const den = name("den")
const eve = user("eve", "id of eve")

/** A directory that opens these, one after the other. */
const opening = (...channels: ReadonlyArray<TestChannel>) =>
  Effect.gen(function* () {
    const opened: Array<ReadonlyArray<unknown>> = []
    const chat: ChatShape = yield* chatOf({
      people: accountsOf(bob),
      directory: {
        open: (...asked) => {
          const { link } = channels[Math.min(opened.length, channels.length - 1)]!
          opened.push(asked)
          return Effect.succeed({ link, other: eve })
        },
      },
    })
    return { chat, opened }
  })

const quiet = () => channel("den", () => undefined)

/** What was used, and what came of it: gone where the channel is one of these. */
const using = (...gone: ReadonlyArray<ChannelLink>) => {
  const used: Array<readonly [ChannelLink, User | undefined]> = []
  const use = (link: ChannelLink, other: User | undefined) => {
    used.push([link, other])
    return gone.includes(link) ? Effect.fail(new ChannelGone()) : Effect.succeed("done")
  }
  return { use, used }
}

describe("a channel that the session is in", () => {
  it.effect("is used as the session has it, without a look into the directory", () =>
    Effect.gen(function* () {
      const mine = yield* quiet()
      const { chat, opened } = yield* opening(yield* quiet())
      const { caller, lost } = inside({ name: den, link: mine.link, other: bob })
      for (const way of [anywhere, asMember]) {
        const { use, used } = using()
        assert.strictEqual(yield* way(chat, caller, den, use), "done")
        assert.deepStrictEqual(used, [[mine.link, bob]])
      }
      assert.deepStrictEqual([opened, lost], [[], []])
    }),
  )

  it.effect("is lost where it has ended: whoever asked is told to try again", () =>
    Effect.gen(function* () {
      const mine = yield* quiet()
      const { chat, opened } = yield* opening(yield* quiet())
      for (const way of [anywhere, asMember]) {
        const { caller, lost, there } = inside({ name: den, link: mine.link, other: undefined })
        const error = yield* Effect.flip(way(chat, caller, den, using(mine.link).use))
        assert.strictEqual(error.reason, "Unavailable")
        assert.deepStrictEqual(lost, there)
      }
      assert.deepStrictEqual(opened, [])
    }),
  )

  it.effect("is the only one for what takes a member", () =>
    Effect.gen(function* () {
      const { chat, opened } = yield* opening(yield* quiet())
      const { caller } = inside()
      const { use, used } = using()
      assert.strictEqual((yield* Effect.flip(asMember(chat, caller, den, use))).reason, "NotMember")
      assert.deepStrictEqual([opened, used], [[], []])
    }),
  )
})

describe("a channel that nobody need be in", () => {
  it.effect("is opened for the user, with or without a session", () =>
    Effect.gen(function* () {
      const theirs = yield* quiet()
      for (const by of [caller, inside().caller]) {
        const { chat, opened } = yield* opening(theirs)
        const { use, used } = using()
        assert.strictEqual(yield* anywhere(chat, by, den, use), "done")
        assert.deepStrictEqual(opened, [["den", ann, undefined]])
        assert.deepStrictEqual(used, [[theirs.link, eve]])
      }
      const { chat, opened } = yield* opening(theirs)
      assert.strictEqual(yield* asMember(chat, caller, den, using().use), "done")
      assert.lengthOf(opened, 1)
    }),
  )

  it.effect("is that of an account, where it is a conversation: of the one that is known, or that the name has", () =>
    Effect.gen(function* () {
      const theirs = yield* quiet()
      for (const [called, known, account] of [
        ["@bob", undefined, bob],
        ["@bob", eve, eve],
        ["@eve", undefined, undefined],
        ["bob", undefined, undefined],
      ] as const) {
        const { chat, opened } = yield* opening(theirs)
        yield* anywhere(chat, caller, name(called), using().use, known)
        assert.deepStrictEqual(opened, [[called, ann, account]])
      }
      const { chat } = yield* opening(theirs)
      assert.strictEqual(yield* accountIn(chat, name("@bob")), bob)
      assert.isUndefined(yield* accountIn(chat, name("bob")))
    }),
  )

  it.effect("is looked up again where it was just about to end, five times", () =>
    Effect.gen(function* () {
      const channels = yield* Effect.forEach([1, 2, 3, 4, 5], quiet)
      const ended = channels.slice(0, 4).map(({ link }) => link)
      const there = yield* opening(...channels)
      const { use, used } = using(...ended)
      assert.strictEqual(yield* anywhere(there.chat, caller, den, use), "done")
      assert.deepStrictEqual(
        used.map(([link]) => link),
        channels.map(({ link }) => link),
      )
      const never = yield* opening(...channels)
      const error = yield* Effect.flip(
        anywhere(never.chat, caller, den, using(...channels.map(({ link }) => link)).use),
      )
      assert.strictEqual(error.reason, "Unavailable")
      assert.lengthOf(never.opened, 5)
    }),
  )

  it.effect("is refused as the directory and the channel refuse it, once", () =>
    Effect.gen(function* () {
      const { chat, opened } = yield* opening(yield* quiet())
      const banned = failing("Banned")
      const error = yield* Effect.flip(anywhere(chat, caller, den, () => Effect.fail(banned)))
      assert.strictEqual(error, banned)
      assert.lengthOf(opened, 1)
      const full = failing("TooManyChannels")
      const refusing = yield* chatOf({ directory: { open: () => Effect.fail(full) } })
      assert.strictEqual(yield* Effect.flip(anywhere(refusing, caller, den, using().use)), full)
    }),
  )
})

describe("a program without accounts", () => {
  it.effect("knows nobody by name or id", () =>
    Effect.gen(function* () {
      const people = yield* People
      assert.isTrue(Option.isNone(yield* people.find(bob.name)))
      assert.isTrue(Option.isNone(yield* people.get(bob.id)))
    }),
  )
})

describe("a store that fails", () => {
  it.effect("is no fault of the request, and says what ails it", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* readable("read", Effect.succeed(7)), 7)
      const [reason, operation] = ["Unavailable", "read"] as const
      for (const [trouble, message] of [
        [undefined, "The server is too busy for this now"],
        ["full", "The server's disk is full: nothing can be stored until there is room"],
        ["away", "The server cannot reach what it keeps its data in"],
      ] as const) {
        for (const error of [
          new HistoryError({ reason, operation, trouble }),
          new ChannelStoreError({ reason, operation, trouble }),
        ]) {
          const told = yield* Effect.flip(readable("read", Effect.fail(error)))
          assert.deepInclude(told, { reason, message })
        }
      }
    }).pipe(Effect.provideService(References.MinimumLogLevel, "None")),
  )
})
