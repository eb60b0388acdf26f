/** What is asked is what reaches the channel, whole: a request that lost a field on the way would be answered as if it had not. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Join } from "../../src/chat/join.ts"
import type { Caller } from "../../src/chat/Caller.ts"
import type { ChatShape } from "../../src/chat/Chat.ts"
import * as operations from "../../src/chat/operations.ts"
import { AddressRange } from "../../src/domain/AddressRange.ts"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { HistoryId } from "../../src/domain/HistoryId.ts"
import { maxReasonLength, maxSlowMode } from "../../src/domain/Limits.ts"
import { Reaction } from "../../src/domain/Reaction.ts"
import type { RequestError } from "../../src/domain/RequestError.ts"
import type { StatusText } from "../../src/domain/Status.ts"
import * as Topic from "../../src/domain/Topic.ts"
import type { User } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"
import type { Outcome } from "../../src/hub/channel/ChannelCommand.ts"
import { user } from "../hub/members.ts"
import { id, seq } from "../suites/historyWorld.ts"
import { accountsOf, ann, bob, caller, channel, chatOf, failing, inside, name } from "./scripted.ts"

const den = name("den")
const topic = Topic.Topic.make("Tea")
const address = AddressRange.make("192.0.2.0/24")
const reason = "noise".padEnd(maxReasonLength, "!")
const published = { seq: seq(5), timestamp: 7, durability: "disk" } as const
const description = {
  topic,
  access: "public",
  archived: false,
  slowMode: 0,
  durability: "disk",
  roles: [],
} as const
const present = { count: 1, members: [{ username: bob.name, status: "away" }] } as const

/** As the channel answers each kind of command. */
const outcomes: { readonly [type: string]: Outcome } = {
  Publish: { type: "Published", ...published },
  Change: { type: "Published", ...published },
  Describe: { type: "Described", description },
  ListPresent: { type: "Present", ...present },
}

type Do = (chat: ChatShape, caller: Caller) => Effect.Effect<unknown, RequestError>

/** A directory that finds one channel, and notes for whom. */
const world = (answer: (type: string) => Outcome | undefined, people: ReadonlyArray<User> = [bob], other?: User) =>
  Effect.gen(function* () {
    const played = yield* channel("den", ({ type }) => answer(type))
    const opened: Array<ReadonlyArray<unknown>> = []
    const chat = yield* chatOf({
      people: accountsOf(...people),
      directory: {
        ownerOf: (name) => (name === "bot" ? user("bot", "id of bot") : undefined),
        open: (...asked) => {
          opened.push(asked)
          return Effect.succeed({ link: played.link, other })
        },
        reach: () => Effect.succeed([]),
      },
      gateway: { find: () => undefined },
    })
    return { ...played, chat, opened }
  })

const done: Outcome = { type: "Done" }

/** What each asks of the channel, beside who asks and the number of the request; and what it succeeds with. */
const asked: { readonly [what: string]: readonly [Do, object, unknown?] } = {
  publish: [
    (...to) => operations.publish(...to, { channel: den, content: "hello", id: id("m1") }),
    { type: "Publish", content: "hello", id: "m1", file: undefined },
    { type: "Published", ...published },
  ],
  "publish without an id": [
    (...to) => operations.publish(...to, { channel: den, content: "hello" }),
    { type: "Publish", content: "hello", id: undefined, file: undefined },
    { type: "Published", ...published },
  ],
  editMessage: [
    (...to) => operations.editMessage(...to, { channel: den, target: seq(2), content: "better", id: id("m2") }),
    { type: "Change", id: "m2", target: 2, change: { type: "Edited", content: "better" } },
    { type: "Published", ...published },
  ],
  deleteMessage: [
    (...to) => operations.deleteMessage(...to, { channel: den, target: seq(2), id: id("m3") }),
    { type: "Change", id: "m3", target: 2, change: { type: "Deleted" } },
    { type: "Published", ...published },
  ],
  react: [
    (...to) =>
      operations.react(...to, { channel: den, target: seq(2), reaction: Reaction.make("+1"), on: true, id: id("m4") }),
    { type: "Change", id: "m4", target: 2, change: { type: "Reacted", reaction: "+1", on: true } },
    { type: "Published", ...published },
  ],
  "take a reaction back": [
    (...to) =>
      operations.react(...to, { channel: den, target: seq(2), reaction: Reaction.make("+1"), on: false, id: id("m5") }),
    { type: "Change", id: "m5", target: 2, change: { type: "Reacted", reaction: "+1", on: false } },
    { type: "Published", ...published },
  ],
  read: [(...to) => operations.markRead(...to, { channel: den, seq: seq(9) }), { type: "Read", seq: 9 }],
  describe: [(...to) => operations.describe(...to, { channel: den }), { type: "Describe" }, description],
  listPresent: [
    (...to) => operations.listPresent(...to, { channel: den }),
    { type: "ListPresent" },
    { type: "Present", ...present },
  ],
}

/** The acts of administration, which are answered by nothing. */
const acts: { readonly [what: string]: readonly [Do, object] } = {
  createChannel: [
    (...to) => operations.createChannel(...to, { channel: den, access: "private", topic, durability: "memory" }),
    { type: "Create", access: "private", topic, durability: "memory" },
  ],
  setTopic: [(...to) => operations.setTopic(...to, { channel: den, topic }), { type: "SetTopic", topic }],
  configure: [
    (...to) =>
      operations.configure(...to, {
        channel: den,
        access: "readonly",
        archived: true,
        slowMode: maxSlowMode,
        durability: "replicated",
      }),
    { type: "Configure", access: "readonly", archived: true, slowMode: maxSlowMode, durability: "replicated" },
  ],
  "configure one thing": [
    (...to) => operations.configure(...to, { channel: den, slowMode: 0 }),
    { type: "Configure", access: undefined, archived: undefined, slowMode: 0, durability: undefined },
  ],
  renameChannel: [
    (...to) => operations.renameChannel(...to, { channel: den, name: name("cellar") }),
    { type: "Rename", name: "cellar" },
  ],
  deleteChannel: [(...to) => operations.deleteChannel(...to, { channel: den }), { type: "Delete" }],
  "ban addresses": [
    (...to) => operations.ban(...to, { channel: den, address, duration: 5, reason }),
    { type: "BanAddress", address, duration: 5, reason },
  ],
  "unban addresses": [(...to) => operations.unban(...to, { channel: den, address }), { type: "UnbanAddress", address }],
}

/** Those that concern somebody, who is given by name. */
const actsOn = (username: Username, named: object): { readonly [what: string]: readonly [Do, object] } => ({
  invite: [(...to) => operations.invite(...to, { channel: den, username }), { type: "Invite", user: named }],
  setRole: [
    (...to) => operations.setRole(...to, { channel: den, username, role: "moderator" }),
    { type: "SetRole", user: named, role: "moderator" },
  ],
  "take a role": [
    (...to) => operations.setRole(...to, { channel: den, username }),
    { type: "SetRole", user: named, role: undefined },
  ],
  kick: [(...to) => operations.kick(...to, { channel: den, username, reason }), { type: "Kick", user: named, reason }],
  ban: [
    (...to) => operations.ban(...to, { channel: den, username, duration: 5, reason }),
    { type: "Ban", user: named, duration: 5, reason },
  ],
  unban: [(...to) => operations.unban(...to, { channel: den, username }), { type: "Unban", user: named }],
  mute: [
    (...to) => operations.mute(...to, { channel: den, username, duration: 0, reason }),
    { type: "Mute", user: named, duration: 0, reason },
  ],
  unmute: [(...to) => operations.unmute(...to, { channel: den, username }), { type: "Unmute", user: named }],
})

const toDen = [["den", ann, undefined]]

describe("what is asked reaches the channel that was named", () => {
  for (const [what, [run, command, answer]] of Object.entries(asked)) {
    it.effect(what, () =>
      Effect.gen(function* () {
        const { chat, commands, opened } = yield* world((type) => outcomes[type] ?? done)
        assert.deepStrictEqual<unknown>(yield* run(chat, caller), answer)
        assert.deepStrictEqual<unknown>(commands, [{ by: caller.by, request: 0, ...command }])
        assert.deepStrictEqual(opened, toDen)
      }),
    )
  }

  for (const [what, [run, act]] of [
    ...Object.entries(acts),
    ...Object.entries(actsOn(bob.name, { name: "bob", account: bob })),
  ]) {
    it.effect(what, () =>
      Effect.gen(function* () {
        const { chat, commands, opened } = yield* world(() => done)
        assert.isUndefined(yield* run(chat, caller))
        assert.deepStrictEqual<unknown>(commands, [{ type: "Administer", by: caller.by, request: 0, act }])
        assert.deepStrictEqual(opened, toDen)
      }),
    )
  }

  it.effect("and so does every refusal, and that there is no such channel any more", () =>
    Effect.gen(function* () {
      for (const [run] of [...Object.values(asked), ...Object.values(acts), ...Object.values(actsOn(bob.name, {}))]) {
        const error = failing("Forbidden")
        const refusing = yield* world(() => ({ type: "Refused", error }))
        assert.strictEqual(yield* Effect.flip(run(refusing.chat, caller)), error)
        const { chat } = yield* world(() => ({ type: "Gone" }))
        const gone = yield* Effect.flip(run(chat, caller))
        assert.deepInclude(gone, { reason: "Unavailable" })
        assert.isDefined(gone.retryAfter)
      }
    }),
  )
})

describe("somebody who is given by name", () => {
  const bot = Username.make("bot")
  for (const [who, username, named] of [
    ["is whose account that is", bob.name, { name: "bob", account: bob }],
    [
      "is a user inside this program, where it is no account's",
      bot,
      { name: "bot", account: user("bot", "id of bot") },
    ],
    ["may be anybody in the channel otherwise", Username.make("eve"), { name: "eve", account: undefined }],
  ] as const) {
    it.effect(who, () =>
      Effect.gen(function* () {
        for (const [run, act] of Object.values(actsOn(username, named))) {
          const { chat, commands } = yield* world(() => done)
          yield* run(chat, caller)
          assert.deepStrictEqual<unknown>(commands, [{ type: "Administer", by: caller.by, request: 0, act }])
        }
      }),
    )
  }

  it.effect("is the account before a user inside this program who has the same name", () =>
    Effect.gen(function* () {
      const own = user("bot", "an account")
      const { chat, commands } = yield* world(() => done, [own])
      yield* operations.invite(chat, caller, { channel: den, username: bot })
      assert.deepInclude(commands[0], { act: { type: "Invite", user: { name: bot, account: own } } })
    }),
  )
})

describe("blocking", () => {
  for (const [what, run, type] of [
    ["is a ban from the conversation of the two", operations.block, "Ban"],
    ["ends with an unban", operations.unblock, "Unban"],
  ] as const) {
    it.effect(what, () =>
      Effect.gen(function* () {
        const { chat, commands, opened } = yield* world(() => done)
        yield* run(chat, caller, { username: bob.name })
        const act = { type, user: { name: "bob", account: bob } }
        assert.deepStrictEqual<unknown>(commands, [{ type: "Administer", by: caller.by, request: 0, act }])
        assert.deepStrictEqual(opened, [["@bob", ann, bob]])
      }),
    )
  }

  it.effect("of who has no account is by the name alone", () =>
    Effect.gen(function* () {
      const { chat, opened } = yield* world(() => done, [])
      yield* operations.block(chat, caller, { username: Username.make("Eve") })
      assert.deepStrictEqual(opened, [["@Eve", ann, undefined]])
    }),
  )
})

describe("a topic", () => {
  it.effect("has no direct conversation", () =>
    Effect.gen(function* () {
      const { chat, commands } = yield* world(() => done, [bob], bob)
      const error = yield* Effect.flip(operations.setTopic(chat, caller, { channel: name("@bob"), topic }))
      assert.strictEqual(error.reason, "NotSupported")
      assert.deepStrictEqual(commands, [])
    }),
  )
})

describe("what is wrong with a request", () => {
  const wrong: { readonly [what: string]: Do } = {
    "a reason that is too long": (...to) =>
      operations.ban(...to, { channel: den, username: bob.name, reason: `${reason}!` }),
    "of a ban of addresses": (...to) => operations.ban(...to, { channel: den, address, reason: `${reason}!` }),
    "of a mute": (...to) => operations.mute(...to, { channel: den, username: bob.name, reason: `${reason}!` }),
    "of a kick": (...to) => operations.kick(...to, { channel: den, username: bob.name, reason: `${reason}!` }),
    "a time that is none": (...to) => operations.ban(...to, { channel: den, username: bob.name, duration: -1 }),
    "of a mute, too": (...to) => operations.mute(...to, { channel: den, username: bob.name, duration: 1.5 }),
    "a slow mode without end": (...to) => operations.configure(...to, { channel: den, slowMode: maxSlowMode + 1 }),
    "a slow mode backwards": (...to) => operations.configure(...to, { channel: den, slowMode: -1 }),
    "a ban of nobody": (...to) => operations.ban(...to, { channel: den }),
    "a ban of two at once": (...to) => operations.ban(...to, { channel: den, username: bob.name, address }),
    "an unban of nobody": (...to) => operations.unban(...to, { channel: den }),
    "an unban of two at once": (...to) => operations.unban(...to, { channel: den, username: bob.name, address }),
  }
  for (const [what, run] of Object.entries(wrong)) {
    it.effect(`is said before the channel hears of it: ${what}`, () =>
      Effect.gen(function* () {
        const { chat, opened } = yield* world(() => done)
        assert.strictEqual((yield* Effect.flip(run(chat, caller))).reason, "InvalidFrame")
        assert.deepStrictEqual(opened, [])
      }),
    )
  }

  it.effect("is a topic, a status or a reaction that shows nothing; one that is taken away is none", () =>
    Effect.gen(function* () {
      const nothing = "\u200b"
      const reaction = "\u0301"
      const on =
        (on: boolean): Do =>
        (...to) =>
          operations.react(...to, { channel: den, target: seq(2), reaction, on, id: id("m6") })
      const told: ReadonlyArray<readonly [string, Do]> = [
        ["topic", (...to) => operations.setTopic(...to, { channel: den, topic: nothing as Topic.Topic })],
        ["topic", (...to) => operations.createChannel(...to, { channel: den, topic: nothing as Topic.Topic })],
        ["text", (...to) => operations.setStatus(...to, { status: "away", text: nothing as typeof StatusText.Type })],
        ["reaction", on(true)],
      ]
      for (const [field, run] of told) {
        const { chat, opened } = yield* world(() => done)
        assert.deepInclude(yield* Effect.flip(run(chat, caller)), { reason: "InvalidFrame", field })
        assert.deepStrictEqual(opened, [])
      }
      const { chat, commands } = yield* world((type) => outcomes[type] ?? done)
      yield* on(false)(chat, caller)
      yield* operations.setTopic(chat, caller, { channel: den, topic: "" as Topic.Topic })
      assert.lengthOf(commands, 2)
    }),
  )

  it.effect("is not said of a direct conversation that somebody would make: it is there", () =>
    Effect.gen(function* () {
      const { chat, opened } = yield* world(() => done)
      const error = yield* Effect.flip(operations.createChannel(chat, caller, { channel: name("@bob") }))
      assert.deepInclude(error, { reason: "ChannelExists", field: "channel" })
      assert.deepStrictEqual(opened, [])
    }),
  )
})

describe("a status", () => {
  const wished = (age: number | undefined) =>
    Effect.gen(function* () {
      const told = [yield* channel("den", () => undefined), yield* channel("attic", () => undefined)]
      told[0]!.room.later = 0
      const wishes: Array<ReadonlyArray<unknown>> = []
      const holds = { status: "busy", text: undefined } as const
      const chat = yield* chatOf({
        clock: { monotonicTimeNanosUnsafe: () => 5_000_000_000n },
        directory: {
          setAppearance: (...wish) => {
            wishes.push(wish)
            return Effect.succeed({ appearance: holds, links: told.map(({ link }) => link) })
          },
        },
      })
      yield* operations.setStatus(chat, caller, { status: "away", age })
      return { wishes, told: told.map(({ commands }) => commands), holds }
    })

  it.effect("is wished when it is said, and told to every channel, whichever has ended", () =>
    Effect.gen(function* () {
      const { holds, told, wishes } = yield* wished(undefined)
      assert.deepStrictEqual<unknown>(wishes, [[ann.id, { appearance: { status: "away", text: undefined }, at: 5000 }]])
      // Not what was asked for, but the wish that holds.
      assert.deepStrictEqual<unknown>(told, [[], [{ type: "SetAppearance", user: ann.id, appearance: holds }]])
    }),
  )

  it.effect("that comes late was wished before", () =>
    Effect.gen(function* () {
      const { wishes } = yield* wished(1200)
      assert.deepInclude(wishes[0]![1], { at: 3800 })
    }),
  )
})

describe("typing", () => {
  it.effect("is passed on as it comes, and left out where there is no room for it", () =>
    Effect.gen(function* () {
      const { commands, link, room } = yield* channel("den", () => undefined)
      const { caller } = inside({ name: den, link, other: undefined })
      const chat = yield* chatOf({})
      yield* operations.typing(chat, caller, { channel: den })
      assert.deepStrictEqual<unknown>(commands, [{ type: "Typing", by: caller.by }])
      room.now = 0
      yield* operations.typing(chat, caller, { channel: den })
      assert.lengthOf(commands, 1)
      const elsewhere = yield* Effect.flip(operations.typing(chat, caller, { channel: name("attic") }))
      assert.strictEqual(elsewhere.reason, "NotMember")
    }),
  )
})

describe("coming back to a channel that is known by its id", () => {
  const channelId = ChannelId.make("c-1")
  const [ours, former] = [HistoryId.make("ours"), HistoryId.make("former")]
  /** A session that is refused under each of these names, with an id; whatever else it is called, it may enter. */
  const coming = (refused: { readonly [name: string]: RequestError }, names: ReadonlyArray<string | undefined>) =>
    Effect.gen(function* () {
      const joins: Array<ReadonlyArray<unknown>> = []
      const ids: Array<string> = []
      const memberships = {
        join: (...asked: ReadonlyArray<unknown>) => {
          joins.push(asked)
          const { id } = asked[1] as { readonly id?: string }
          const error = id === undefined ? undefined : refused[asked[0] as string]
          return error === undefined ? Effect.void : Effect.fail(error)
        },
      } as unknown as NonNullable<Caller["memberships"]>
      const now = [...names]
      const chat = yield* chatOf({
        people: accountsOf(bob),
        history: { isOurs: (id) => id === ours },
        channels: {
          get: ((id: string) => {
            ids.push(id)
            const found = now.shift()
            return found === undefined
              ? Effect.succeedNone
              : Effect.succeed({ _tag: "Some", value: { name: name(found) } })
          }) as unknown as ChatShape["channels"]["get"],
        },
      })
      const join = (channel: string, more: Omit<Join, "channel"> = {}) =>
        operations.join(chat, { ...caller, memberships }, { channel: name(channel), ...more })
      return { ids, join, joins }
    })
  const gone = failing("NoSuchChannel")

  it.effect("takes the name that it had where it has that still", () =>
    Effect.gen(function* () {
      const { ids, join, joins } = yield* coming({}, [])
      yield* join("den", { id: channelId, tag: 7 })
      assert.deepStrictEqual(joins, [["den", { id: channelId, tag: 7 }]])
      assert.deepStrictEqual(ids, [])
    }),
  )

  for (const reason of ["NoSuchChannel", "TooManyChannels"] as const) {
    it.effect(`follows it to its new name where the old one is refused with ${reason}`, () =>
      Effect.gen(function* () {
        const { ids, join, joins } = yield* coming({ den: failing(reason) }, ["cellar"])
        yield* join("den", { id: channelId, tag: 7 })
        assert.deepStrictEqual(joins, [
          ["den", { id: channelId, tag: 7 }],
          ["cellar", { id: channelId, tag: 7 }],
        ])
        assert.deepStrictEqual(ids, [channelId])
      }),
    )
  }

  it.effect("is refused for what else is wrong there", () =>
    Effect.gen(function* () {
      const banned = failing("Banned")
      const { ids, join } = yield* coming({ den: banned }, ["cellar"])
      assert.strictEqual(yield* Effect.flip(join("den", { id: channelId })), banned)
      assert.deepStrictEqual(ids, [])
    }),
  )

  it.effect("is refused where it is no more, or is still called so", () =>
    Effect.gen(function* () {
      for (const names of [[undefined], ["den"]]) {
        const { join, joins } = yield* coming({ den: gone }, names)
        assert.strictEqual(yield* Effect.flip(join("den", { id: channelId })), gone)
        assert.lengthOf(joins, 1)
      }
    }),
  )

  it.effect("goes by its name where the service has begun anew: what the id named is no more", () =>
    Effect.gen(function* () {
      const { ids, join, joins } = yield* coming({ den: gone }, [undefined])
      yield* join("den", { id: channelId, history: former, tag: 7 })
      assert.deepStrictEqual(joins, [
        ["den", { id: channelId, tag: 7 }],
        ["den", { tag: 7 }],
      ])
      assert.deepStrictEqual(ids, [channelId])
    }),
  )

  it.effect("does not where the history is the same, or is not known, or has the channel still", () =>
    Effect.gen(function* () {
      for (const [history, now] of [
        [ours, undefined],
        [undefined, undefined],
        [former, "den"],
      ] as const) {
        const { join, joins } = yield* coming({ den: gone }, [now])
        assert.strictEqual(yield* Effect.flip(join("den", { id: channelId, history })), gone)
        assert.lengthOf(joins, 1)
      }
      const { join, joins } = yield* coming({ den: gone }, ["cellar"])
      yield* join("den", { id: channelId, history: former })
      assert.deepStrictEqual<unknown>(joins[1], ["cellar", { id: channelId, tag: undefined }])
    }),
  )

  it.effect("gives up where it is renamed again and again", () =>
    Effect.gen(function* () {
      const names = ["b", "c", "d", "e", "f", "g"]
      const refused = Object.fromEntries(["a", ...names].map((name) => [name, gone]))
      const { join, joins } = yield* coming(refused, names)
      assert.strictEqual(yield* Effect.flip(join("a", { id: channelId })), gone)
      assert.deepStrictEqual(
        joins.map(([name]) => name),
        ["a", "b", "c", "d", "e"],
      )
    }),
  )

  it.effect("is for channels: a conversation is entered by whose account its name is", () =>
    Effect.gen(function* () {
      const { join, joins } = yield* coming({ "@eve": gone }, ["den"])
      const other = ChannelId.make(bob.id)
      yield* join("@bob", { id: other, tag: 8 })
      yield* join("den", { tag: 9 })
      assert.strictEqual(yield* Effect.flip(join("@eve", { id: other })), gone)
      assert.deepStrictEqual<unknown>(joins, [
        ["@bob", { account: bob, id: other, tag: 8 }],
        ["den", { account: undefined, id: undefined, tag: 9 }],
        ["@eve", { account: undefined, id: other, tag: undefined }],
      ])
    }),
  )
})
