/** What each command does to the directory, without an actor: channels are made by hand, and run nothing. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { ActorUnavailable } from "../../../src/actor/Actor.ts"
import type { Appearance } from "../../../src/domain/Appearance.ts"
import { ChannelName } from "../../../src/domain/ChannelName.ts"
import { Disconnect } from "../../../src/domain/Disconnect.ts"
import type { RequestError } from "../../../src/domain/RequestError.ts"
import * as Topic from "../../../src/domain/Topic.ts"
import type { User } from "../../../src/domain/User.ts"
import { ChannelLink } from "../../../src/hub/audience/ChannelLink.ts"
import type { Channel } from "../../../src/hub/channel/Channel.ts"
import type { DirectoryCommand, ChannelLookup, WishGranted } from "../../../src/hub/directory/DirectoryCommand.ts"
import { DirectoryState } from "../../../src/hub/directory/DirectoryState.ts"
import { defaults, type HubSettings } from "../../../src/hub/HubSettings.ts"
import { online } from "../fixture.ts"
import { outboxes, user } from "../members.ts"
import { nothing, session } from "./fixture.ts"

const name = (text: string) => ChannelName.make(text)

/** A channel whose name the test sets. */
interface HandMade extends Channel {
  name: ChannelName
  closed: boolean
  readonly after: Effect.Effect<void>
  readonly link: ChannelLink
  readonly parties: ReadonlyArray<string>
}

const world = (changed: Partial<HubSettings> = {}) =>
  Effect.map(Clock.Clock, (clock) => {
    const made: Array<HandMade> = []
    const ended: Array<string> = []
    const state = new DirectoryState(
      { ...defaults, ...changed },
      (name, after, parties) =>
        Effect.sync(() => {
          const link = new ChannelLink({ name, outboxes, clock, later: () => {}, coalesce: 0 })
          const channel: HandMade = {
            name,
            closed: false,
            after,
            parties,
            link,
            tellUnsafe: () => false,
            tell: () => Effect.void,
            summary: () => ({ topic: Topic.none, count: made.length }),
            close: Effect.sync(() => void (channel.closed = true)),
            stopped: Effect.void,
          }
          made.push(channel)
          return { channel, link }
        }),
      (session) => ({
        end: ({ reason }) => void ended.push(`${session} ${reason}`),
        tell: () => {},
        enter: () => Effect.void,
      }),
    )
    const tell = (command: DirectoryCommand) => state.apply(command) ?? Effect.void
    const ask = <A, E>(
      make: (reply: Deferred.Deferred<A, E | ActorUnavailable>) => DirectoryCommand,
    ): Effect.Effect<A, E | ActorUnavailable> =>
      Effect.suspend(() => {
        const reply = Deferred.makeUnsafe<A, E | ActorUnavailable>()
        return Effect.andThen(tell(make(reply)), Deferred.await(reply))
      })
    return {
      ask,
      state,
      made,
      ended,
      tell,
      signIn: (
        who: User,
        id: string = who.name,
        more: { readonly exclusive?: boolean; readonly embedded?: boolean; readonly tokenId?: string } = {},
      ) =>
        ask<void, RequestError>((reply) => ({
          type: "SignIn",
          entry: { session: session(id), user: who, exclusive: false, direct: true, embedded: false, ...more },
          reply,
        })),
      signOut: (id: string) => tell({ type: "SignOut", session: session(id) }),
      find: (channel: string, id: string, account?: User) =>
        ask<ChannelLookup & Appears, RequestError>((reply) => ({
          type: "Find",
          channel: name(channel),
          session: session(id),
          account,
          reply,
        })),
      open: (channel: string, by: User) =>
        ask<ChannelLookup, RequestError>((reply) => ({
          type: "Open",
          channel: name(channel),
          user: by,
          account: undefined,
          reply,
        })),
      bring: (channel: ChannelName, id: string) =>
        ask<{ readonly link: ChannelLink } & Appears, RequestError>((reply) => ({
          type: "Bring",
          channel,
          session: session(id),
          reply,
        })),
      left: (link: ChannelLink, id: string) => tell({ type: "Left", link, session: session(id) }),
      reserve: (channel: Channel, to: string) =>
        ask<void, RequestError>((reply) => ({ type: "Reserve", channel, name: name(to), reply })),
      rename: (channel: Channel, from: string, to: string) =>
        ask<void, never>((reply) => ({ type: "Rename", channel, from: name(from), to: name(to), reply })),
      channelsOf: (of: User) =>
        ask<ReadonlyArray<ChannelLink>, never>((reply) => ({ type: "ChannelsOf", user: of.id, reply })),
      stats: ask<typeof nothing, never>((reply) => ({ type: "Stats", reply })),
      disconnect: (token: string) =>
        ask<number, never>((reply) => ({
          type: "Disconnect",
          selection: { token },
          disconnect: new Disconnect({ reason: "TokenRevoked" }),
          reply,
        })),
    }
  })

const why = <A, R>(self: Effect.Effect<A, RequestError | ActorUnavailable, R>) =>
  Effect.map(Effect.flip(self), (error) => (error._tag === "RequestError" ? error.reason : error._tag))

interface Appears {
  readonly appearance: Appearance
}

const [ann, bob] = [user("ann"), user("bob")]

describe("DirectoryState", () => {
  it.effect("what is signed in, found and brought counts, and is at nothing when all of it has gone", () =>
    Effect.gen(function* () {
      const { bring, find, left, made, signIn, signOut, stats, tell } = yield* world()
      yield* signIn(ann, "phone")
      yield* signIn(ann, "laptop")
      yield* signIn(bob)
      const { link } = yield* find("den", "phone")
      // Twice is once.
      yield* find("den", "phone")
      yield* find("den", "laptop")
      const { link: direct } = yield* find("@bob", "phone")
      yield* bring(direct.name, "bob")
      // Whoever entered it by itself is not brought in, too.
      yield* bring(direct.name, "phone")
      assert.deepStrictEqual(yield* stats, { users: 2, sessions: 3, channels: 2, memberships: 4 })
      yield* left(link, "phone")
      yield* left(link, "nobody")
      yield* left(direct, "bob")
      assert.deepStrictEqual(yield* stats, { users: 2, sessions: 3, channels: 2, memberships: 2 })
      for (const id of ["phone", "laptop", "bob", "bob"]) yield* signOut(id)
      for (const channel of made) yield* tell({ type: "Stopped", channel })
      assert.deepStrictEqual(yield* stats, nothing)
    }),
  )

  it.effect("a session may be in so many, those that others brought it into beside them", () =>
    Effect.gen(function* () {
      const { bring, find, left, open, signIn } = yield* world({ maxMemberships: 2 })
      for (const who of [ann, bob]) yield* signIn(who)
      const { link } = yield* find("one", "ann")
      yield* find("two", "ann")
      assert.strictEqual(yield* why(find("three", "ann")), "TooManyMemberships")
      // It is in it: asked for again it is found, so that the channel says so.
      yield* find("one", "ann")
      const { link: direct } = yield* open("@ann", bob)
      yield* bring(direct.name, "ann")
      yield* find("@bob", "ann")
      yield* left(link, "ann")
      yield* find("three", "ann")
    }),
  )

  it.effect("so many channels may be open; those that are ending make room, and the next begins behind their end", () =>
    Effect.gen(function* () {
      const { find, made, open, signIn, stats, tell } = yield* world({ maxChannels: 2 })
      yield* signIn(ann)
      yield* find("one", "ann")
      yield* open("two", bob)
      assert.strictEqual(yield* why(open("three", bob)), "TooManyChannels")
      yield* open("one", bob)
      const [one] = made
      yield* tell({ type: "Idle", channel: one! })
      assert.isTrue(one!.closed)
      assert.strictEqual((yield* stats).channels, 1)
      const { link } = yield* find("one", "ann")
      assert.notStrictEqual(link, one!.link)
      // Heard late, the end of the first is not that of the second.
      yield* tell({ type: "Idle", channel: one! })
      yield* tell({ type: "Stopped", channel: one! })
      assert.isFalse(made[2]!.closed)
      assert.strictEqual((yield* find("one", "ann")).link, link)
      assert.strictEqual((yield* stats).channels, 2)
    }),
  )

  it.effect("a name that a channel is about to get leads nowhere until that is stored, and is nobody else's", () =>
    Effect.gen(function* () {
      const { made, open, rename, reserve } = yield* world()
      yield* open("den", ann)
      yield* open("lair", ann)
      const [den, lair] = [made[0]!, made[1]!]
      assert.strictEqual(yield* why(reserve(den, "lair")), "ChannelExists")
      yield* reserve(den, "cave")
      assert.strictEqual(yield* why(reserve(lair, "cave")), "ChannelExists")
      assert.strictEqual(yield* why(open("cave", bob)), "Unavailable")
      den.name = name("cave")
      yield* rename(den, "den", "cave")
      assert.strictEqual((yield* open("cave", bob)).link, den.link)
      assert.notStrictEqual((yield* open("den", bob)).link, den.link)
      // It did not get the next one: that is free again, and its own leads there still.
      yield* reserve(den, "hole")
      yield* rename(den, "hole", "cave")
      assert.strictEqual((yield* open("cave", bob)).link, den.link)
      assert.notStrictEqual((yield* open("hole", bob)).link, den.link)
      yield* reserve(lair, "hall")
    }),
  )

  it.effect("a channel that ends between two names leaves none behind", () =>
    Effect.gen(function* () {
      const { made, open, rename, reserve, stats, tell } = yield* world()
      yield* open("den", ann)
      const [den] = made
      yield* reserve(den!, "cave")
      den!.name = name("cave")
      yield* tell({ type: "Stopped", channel: den! })
      // Whatever it still says is of no channel that runs.
      yield* rename(den!, "den", "cave")
      assert.strictEqual(yield* why(reserve(den!, "hole")), "ChannelExists")
      assert.strictEqual((yield* stats).channels, 0)
      for (const name of ["den", "cave", "hole"]) assert.notStrictEqual((yield* open(name, bob)).link, den!.link)
    }),
  )

  it.effect("a direct conversation is between the users whom its names mean now", () =>
    Effect.gen(function* () {
      const { find, made, signIn, signOut } = yield* world()
      const guest = { ...user("bob", "guest-1"), role: "guest" as const }
      yield* signIn(ann)
      yield* signIn(guest, "guest")
      const first = yield* find("@Bob", "ann")
      assert.strictEqual(first.other, guest)
      // A guest's name is somebody else's tomorrow: the conversation counts for nobody.
      assert.deepStrictEqual(made[0]!.parties, [])
      yield* signOut("guest")
      assert.strictEqual(yield* why(find("@bob", "ann")), "NoSuchUser")
      yield* signIn(bob)
      const second = yield* find("@bob", "ann")
      assert.strictEqual(second.other, bob)
      assert.notStrictEqual(second.link, first.link)
      assert.deepStrictEqual(made[1]!.parties, ["ann", "bob"])
      // With oneself, one party.
      yield* find("@ANN", "ann")
      assert.deepStrictEqual(made[2]!.parties, ["ann"])
    }),
  )

  it.effect("of namesakes each is found until its last session has gone", () =>
    Effect.gen(function* () {
      const { find, signIn, signOut } = yield* world()
      yield* signIn(ann)
      const [one, other] = [user("twin", "one"), user("twin", "other")]
      yield* signIn(one, "1a", { embedded: true })
      yield* signIn(one, "1b", { embedded: true })
      yield* signIn(other, "2", { embedded: true })
      const meant = Effect.map(find("@twin", "ann"), ({ other }) => other?.id as string)
      assert.strictEqual(yield* meant, "one")
      yield* signOut("1a")
      assert.strictEqual(yield* meant, "one")
      yield* signOut("1b")
      assert.strictEqual(yield* meant, "other")
      yield* signOut("2")
      assert.strictEqual(yield* why(meant), "NoSuchUser")
    }),
  )

  it.effect("the channels of a user are those of all sessions, each once", () =>
    Effect.gen(function* () {
      const { bring, channelsOf, find, open, signIn, tell } = yield* world()
      yield* signIn(ann, "phone")
      yield* signIn(ann, "laptop")
      yield* signIn(bob)
      const { link: den } = yield* find("den", "phone")
      yield* find("den", "laptop")
      const { link: lair } = yield* find("lair", "laptop")
      const { link: direct } = yield* open("@ann", bob)
      yield* bring(direct.name, "phone")
      assert.deepStrictEqual(
        (yield* channelsOf(ann)).map(({ name }) => name),
        [den, direct, lair].map(({ name }) => name),
      )
      assert.deepStrictEqual(yield* channelsOf(user("nobody")), [])
      const reply = Deferred.makeUnsafe<WishGranted, ActorUnavailable>()
      const wish = { appearance: { ...online, text: "here" }, at: 0 }
      yield* tell({ type: "SetAppearance", user: ann.id, wish, reply })
      assert.lengthOf((yield* Deferred.await(reply)).links, 3)
    }),
  )

  it.effect(
    "how a user appears is what was wished last, whoever comes with an older wish, but for the next guest",
    () =>
      Effect.gen(function* () {
        const { ask, find, signIn, signOut } = yield* world()
        const wish = (who: User, text: string, at: number) =>
          ask<WishGranted, never>((reply) => ({
            type: "SetAppearance",
            user: who.id,
            wish: { appearance: { ...online, text }, at },
            reply,
          })).pipe(Effect.map(({ appearance }) => appearance.text))
        yield* signIn(ann, "phone")
        assert.strictEqual(yield* wish(ann, "lunch", 10), "lunch")
        assert.strictEqual(yield* wish(ann, "back", 20), "back")
        assert.strictEqual(yield* wish(ann, "lunch", 10), "back")
        assert.strictEqual((yield* find("den", "phone")).appearance.text, "back")
        yield* signOut("phone")
        yield* signIn(ann, "laptop")
        assert.strictEqual(yield* wish(ann, "lunch", 19), "back")
        assert.strictEqual(yield* wish(ann, "home", 20), "home")
        const guest: User = { ...bob, role: "guest" }
        yield* signIn(guest, "one")
        yield* wish(guest, "busy", 20)
        yield* signOut("one")
        yield* signIn(guest, "two")
        assert.strictEqual(yield* wish(guest, "mine", 10), "mine")
      }),
  )

  it.effect("a name of a user inside this program is nobody else's, in whatever spelling", () =>
    Effect.gen(function* () {
      const { signIn, signOut } = yield* world()
      const bot = user("Bot", "bot-id")
      yield* signIn(bot, "inside", { embedded: true })
      assert.strictEqual(yield* why(signIn(user("bot", "somebody"), "outside")), "UsernameTaken")
      yield* signOut("inside")
      // Also while it is not connected; its own account is no other.
      assert.strictEqual(yield* why(signIn(user("ＢＯＴ", "somebody"), "outside")), "UsernameTaken")
      yield* signIn({ ...bot, name: user("bot").name }, "outside")
      yield* signIn(user("other", "somebody"), "another")
    }),
  )

  it.effect("sessions are ended by the token that they came with", () =>
    Effect.gen(function* () {
      const { disconnect, ended, signIn } = yield* world()
      yield* signIn(ann, "a", { tokenId: "t" })
      yield* signIn(ann, "b")
      yield* signIn(bob, "c", { tokenId: "t" })
      assert.strictEqual(yield* disconnect("t"), 2)
      assert.deepStrictEqual(ended, ["a TokenRevoked", "c TokenRevoked"])
    }),
  )
})
