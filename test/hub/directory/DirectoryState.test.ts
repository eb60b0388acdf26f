/** What each command does to the directory, without an actor: channels are made by hand, and run nothing. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { ActorUnavailable } from "../../../src/actor/Actor.ts"
import type { Appearance } from "../../../src/domain/Appearance.ts"
import { ChannelName, lobby } from "../../../src/domain/ChannelName.ts"
import { Disconnect } from "../../../src/domain/Disconnect.ts"
import type { RequestError } from "../../../src/domain/RequestError.ts"
import * as Topic from "../../../src/domain/Topic.ts"
import type { SessionId } from "../../../src/domain/SessionId.ts"
import type { User, UserId } from "../../../src/domain/User.ts"
import type { Username } from "../../../src/domain/Username.ts"
import { ChannelLink } from "../../../src/hub/audience/ChannelLink.ts"
import type { Channel } from "../../../src/hub/channel/Channel.ts"
import type {
  ChannelLookup,
  DirectoryCommand,
  DirectSession,
  Selection,
  SessionEntry,
  WishGranted,
} from "../../../src/hub/directory/DirectoryCommand.ts"
import { DirectoryState } from "../../../src/hub/directory/DirectoryState.ts"
import { defaults, type HubSettings } from "../../../src/hub/HubSettings.ts"
import { online } from "../fixture.ts"
import { outboxes, known, standing, user } from "../members.ts"
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
    const told: Array<string> = []
    /** Sessions that have ended and not signed out yet. */
    const gone = new Set<SessionId>()
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
            waiting: () => 0,
            summary: () => ({ topic: Topic.none, count: channel.name.length }),
            close: Effect.sync(() => void (channel.closed = true)),
            stopped: Effect.sync(() => {}),
          }
          made.push(channel)
          return { channel, link }
        }),
      (id) =>
        gone.has(id)
          ? undefined
          : {
              ...known(),
              standing: () => standing(id),
              end: ({ reason }) => void ended.push(`${id} ${reason}`),
              tell: ({ type }) => void told.push(`${id} ${type}`),
              enter: () => Effect.void,
            },
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
      told,
      gone,
      tell,
      signIn: (
        who: User,
        id: string = who.name,
        more: Partial<Pick<SessionEntry, "exclusive" | "embedded" | "tokenId" | "direct">> = {},
      ) =>
        ask<void, RequestError>((reply) => ({
          type: "SignIn",
          entry: { session: session(id), user: who, exclusive: false, direct: true, embedded: false, ...more },
          reply,
        })),
      hold: (id: string, tokenId: string) => tell({ type: "Hold", session: session(id), tokenId }),
      signOut: (id: string) => tell({ type: "SignOut", session: session(id) }),
      find: (channel: string, id: string, account?: User) =>
        ask<ChannelLookup & Appears, RequestError>((reply) => ({
          type: "Find",
          channel: name(channel),
          session: session(id),
          account,
          reply,
        })),
      open: (channel: string, by: User, account?: User) =>
        ask<ChannelLookup, RequestError>((reply) => ({
          type: "Open",
          channel: name(channel),
          user: by,
          account,
          reply,
        })),
      reach: (by: User, other: User) =>
        ask<ReadonlyArray<DirectSession>, RequestError>((reply) => ({ type: "Reach", user: by, other, reply })),
      count: (...channels: ReadonlyArray<string>) =>
        ask<ReadonlyArray<number>, never>((reply) => ({ type: "Count", channels: channels.map(name), reply })),
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
      disconnect: (selection: Selection) =>
        ask<number, never>((reply) => ({
          type: "Disconnect",
          selection,
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
      assert.strictEqual(yield* disconnect({ token: "t" }), 2)
      assert.deepStrictEqual(ended, ["a TokenRevoked", "c TokenRevoked"])
    }),
  )

  it.effect("a session may get a token later; it stays where those of its user end but for that token", () =>
    Effect.gen(function* () {
      const { disconnect, ended, find, hold, signIn } = yield* world()
      yield* signIn(ann, "a")
      yield* signIn(ann, "b", { tokenId: "t" })
      yield* signIn(bob, "c")
      const { link } = yield* find("den", "a")
      yield* hold("a", "u")
      yield* hold("nobody", "u")
      assert.strictEqual(yield* disconnect({ user: ann.id, exceptToken: "u" }), 1)
      assert.deepStrictEqual(ended.splice(0), ["b TokenRevoked"])
      assert.strictEqual(yield* disconnect({ token: "u" }), 1)
      assert.deepStrictEqual(ended, ["a TokenRevoked"])
      // It is in what it was in.
      assert.strictEqual((yield* find("den", "a")).link, link)
    }),
  )

  it.effect("one session is ended, or those in which somebody is what the account no longer is", () =>
    Effect.gen(function* () {
      const { disconnect, ended, signIn } = yield* world()
      yield* signIn(ann, "a")
      yield* signIn({ ...ann, role: "admin" }, "b")
      yield* signIn(bob, "c")
      assert.strictEqual(yield* disconnect({ user: ann.id, exceptRole: "admin" }), 1)
      assert.deepStrictEqual(ended.splice(0), ["a TokenRevoked"])
      assert.strictEqual(yield* disconnect({ user: ann.id, exceptRole: undefined }), 2)
      assert.lengthOf(ended.splice(0), 2)
      assert.strictEqual(yield* disconnect({ session: session("b") }), 1)
      assert.deepStrictEqual(ended, ["b TokenRevoked"])
      assert.strictEqual(yield* disconnect({ session: session("d") }), 0)
    }),
  )

  it.effect("sessions are ended by their user, or all, and counted; others stay", () =>
    Effect.gen(function* () {
      const { disconnect, ended, signIn } = yield* world()
      yield* signIn(ann, "a", { tokenId: "t" })
      yield* signIn(ann, "b")
      yield* signIn(bob, "c")
      assert.strictEqual(yield* disconnect({ user: ann.id }), 2)
      assert.deepStrictEqual(ended.splice(0), ["a TokenRevoked", "b TokenRevoked"])
      assert.strictEqual(yield* disconnect({ user: user("nobody").id }), 0)
      // Who came without a token came with none that is revoked.
      assert.strictEqual(yield* disconnect({ token: "other" }), 0)
      assert.deepStrictEqual(ended.splice(0), [])
      assert.strictEqual(yield* disconnect({ everybody: true }), 3)
      assert.lengthOf(ended, 3)
    }),
  )

  describe("a guest", () => {
    const guest = (name: string, id: string): User => ({ ...user(name, id), role: "guest" })

    it.effect("gets no name that anybody has who is here, in whatever look; and gets it when that one has gone", () =>
      Effect.gen(function* () {
        const { signIn, signOut } = yield* world()
        yield* signIn(bob, "bob")
        for (const name of ["bob", "BOB", "b0b"]) {
          assert.strictEqual(yield* why(signIn(guest(name, "g1"), "g1")), "UsernameTaken", name)
        }
        yield* signOut("bob")
        yield* signIn(guest("BOB", "g1"), "g1")
        assert.strictEqual(yield* why(signIn(guest("bob", "g2"), "g2")), "UsernameTaken")
        // Its own other device is not somebody else.
        yield* signIn(guest("BOB", "g1"), "g1b")
        yield* signOut("g1")
        assert.strictEqual(yield* why(signIn(guest("bob", "g2"), "g2")), "UsernameTaken")
        yield* signOut("g1b")
        yield* signIn(guest("bob", "g2"), "g2")
      }),
    )

    it.effect("is in nobody's way: an account comes under its name, and it comes with no more devices then", () =>
      Effect.gen(function* () {
        const { signIn } = yield* world()
        yield* signIn(guest("bob", "g1"), "g1")
        yield* signIn(bob, "account")
        assert.strictEqual(yield* why(signIn(guest("bob", "g1"), "g1b")), "UsernameTaken")
        yield* signIn(bob, "account, too")
        // Inside this program several may share one.
        yield* signIn(guest("bob", "g3"), "g3", { embedded: true })
      }),
    )

    it.effect("of a conversation makes it one that counts for nobody, whichever side it is on", () =>
      Effect.gen(function* () {
        const { find, made, open, signIn } = yield* world()
        yield* signIn(ann)
        yield* signIn(guest("gus", "g1"), "g1")
        yield* find("@ann", "g1")
        yield* open("@gus", bob)
        assert.deepStrictEqual(
          made.map(({ parties }) => parties),
          [[], []],
        )
      }),
    )
  })

  it.effect("exclusive is for who is not connected yet", () =>
    Effect.gen(function* () {
      const { signIn, signOut, stats } = yield* world()
      yield* signIn(ann, "a")
      assert.strictEqual(yield* why(signIn(ann, "b", { exclusive: true })), "UsernameTaken")
      assert.deepStrictEqual(yield* stats, { ...nothing, users: 1, sessions: 1 })
      yield* signOut("a")
      yield* signIn(ann, "b", { exclusive: true })
      // The first one to be so keeps nobody else of it out.
      yield* signIn(ann, "c")
    }),
  )

  describe("a name that the program takes for one of its own", () => {
    const bot = user("Bot", "bot-id")

    it.effect("is its own, and whoever came under it before is shown out: in any look, but for itself", () =>
      Effect.gen(function* () {
        const { ended, signIn, state } = yield* world()
        yield* signIn(user("bot", "somebody"), "outside")
        yield* signIn(user("bot", "somebody"), "outside, too")
        yield* signIn(bot, "its own, from outside")
        yield* signIn(user("other", "other"), "other")
        assert.isUndefined(state.ownerOf("bot"))
        yield* signIn(bot, "inside", { embedded: true })
        assert.deepStrictEqual(ended, ["outside NotAuthenticated", "outside, too NotAuthenticated"])
        assert.deepStrictEqual(state.ownerOf("BOT"), bot)
        assert.deepStrictEqual(state.ownerOf("b0t"), bot)
        assert.isUndefined(state.ownerOf("other"))
      }),
    )

    it.effect("stays its own while it is connected, however many others were taken since", () =>
      Effect.gen(function* () {
        const { signIn, signOut, state } = yield* world()
        yield* signIn(user("bot", "somebody"), "outside")
        yield* signIn(bot, "inside", { embedded: true })
        for (let n = 0; n < 20_001; n++) state.reserveName({ ...bot, name: `bot-${n}` as Username })
        assert.deepStrictEqual(state.ownerOf("bot"), bot)
        yield* signOut("inside")
        assert.isUndefined(state.ownerOf("bot"))
      }),
    )

    it.effect("may be another's inside the program as well, whose sessions stay", () =>
      Effect.gen(function* () {
        const { ended, signIn, state } = yield* world()
        yield* signIn(user("bot", "twin"), "twin", { embedded: true })
        state.reserveName(bot)
        assert.deepStrictEqual(ended, [])
        assert.deepStrictEqual(state.ownerOf("bot"), bot)
      }),
    )
  })

  it.effect("a name means who is called so, in any spelling; that it looks alike is not enough", () =>
    Effect.gen(function* () {
      const { find, open, signIn } = yield* world()
      for (const who of [ann, bob]) yield* signIn(who)
      assert.strictEqual((yield* find("@BOB", "ann")).other, bob)
      assert.strictEqual(yield* why(find("@b0b", "ann")), "NoSuchUser")
      assert.strictEqual(yield* why(open("@cat", ann)), "NoSuchUser")
      // An account is meant, whoever has its name here.
      const account = user("bob", "another")
      assert.strictEqual((yield* find("@bob", "ann", account)).other, account)
      assert.strictEqual((yield* open("@bob", ann, account)).other, account)
      // The name of a channel is nobody's.
      assert.isUndefined((yield* find("bob", "ann")).other)
    }),
  )

  it.effect(
    "who is not signed in finds nothing, and is brought into nothing; nor is anybody into what does not run",
    () =>
      Effect.gen(function* () {
        const { bring, find, made, open, signIn } = yield* world()
        yield* open("@ann", bob, ann)
        assert.strictEqual(yield* why(find("den", "nobody")), "NotAuthenticated")
        assert.strictEqual(yield* why(bring(made[0]!.link.name, "nobody")), "NotAuthenticated")
        yield* signIn(ann)
        assert.strictEqual(yield* why(bring(name("den"), "ann")), "Unavailable")
        assert.lengthOf(made, 1)
      }),
  )

  it.effect("the lobby opens however many channels are open", () =>
    Effect.gen(function* () {
      const { made, open } = yield* world({ maxChannels: 1 })
      yield* open("den", ann)
      yield* open(lobby, ann)
      assert.strictEqual(yield* why(open("three", ann)), "TooManyChannels")
      assert.lengthOf(made, 2)
    }),
  )

  it.effect("a channel is started behind the end of the one before of its name, and behind no other", () =>
    Effect.gen(function* () {
      const { made, open, tell } = yield* world()
      yield* open("den", ann)
      const [den] = made
      assert.strictEqual(den!.after, Effect.void)
      yield* tell({ type: "Idle", channel: den! })
      yield* open("lair", ann)
      assert.notStrictEqual(made[1]!.after, den!.stopped)
      yield* open("den", ann)
      assert.strictEqual(made[2]!.after, den!.stopped)
      // Its name is not another's while it ends, either.
      assert.lengthOf(made, 3)
      yield* tell({ type: "Idle", channel: made[2]! })
      yield* tell({ type: "Stopped", channel: made[2]! })
      yield* open("den", ann)
      assert.notStrictEqual(made[3]!.after, den!.stopped)
    }),
  )

  it.effect("a name is given to no other channel while the one that had it ends", () =>
    Effect.gen(function* () {
      const { made, open, reserve, tell } = yield* world()
      yield* open("den", ann)
      yield* open("lair", ann)
      const [den, lair] = [made[0]!, made[1]!]
      yield* tell({ type: "Idle", channel: den })
      assert.strictEqual(yield* why(reserve(lair, "den")), "ChannelExists")
      yield* tell({ type: "Stopped", channel: den })
      yield* reserve(lair, "den")
      assert.strictEqual(yield* why(reserve(lair, "den")), "ChannelExists")
    }),
  )

  it.effect("channels are counted by their names; where none runs there is nobody", () =>
    Effect.gen(function* () {
      const { count, open } = yield* world()
      yield* open("den", ann)
      yield* open("attic", ann)
      assert.deepStrictEqual(yield* count("attic", "nowhere", "den"), [5, 0, 3])
    }),
  )

  it.effect("what a user is told reaches all sessions of that user, and nobody where there are none", () =>
    Effect.gen(function* () {
      const { gone, signIn, tell, told } = yield* world()
      yield* signIn(ann, "phone")
      yield* signIn(ann, "laptop")
      yield* signIn(bob)
      const event = { type: "Invited", channel: name("den"), by: { id: bob.id, name: bob.name } } as const
      yield* tell({ type: "Tell", user: ann.id, event })
      assert.deepStrictEqual(told.splice(0), ["phone Invited", "laptop Invited"])
      yield* tell({ type: "Tell", user: user("nobody").id, event })
      assert.deepStrictEqual(told, [])
      gone.add(session("phone"))
      yield* tell({ type: "Tell", user: ann.id, event })
      assert.deepStrictEqual(told, ["laptop Invited"])
    }),
  )

  describe("what one says to another", () => {
    const guest: User = { ...user("gus"), role: "guest" }

    it.effect("reaches the sessions of both that can be brought in, each with whom it is there", () =>
      Effect.gen(function* () {
        const { reach, signIn } = yield* world()
        yield* signIn(ann, "a1")
        yield* signIn(ann, "a2", { direct: false })
        yield* signIn(bob, "b1")
        yield* signIn(bob, "b2")
        assert.deepStrictEqual<unknown>(yield* reach(ann, bob), [
          { session: "a1", other: bob },
          { session: "b1", other: ann },
          { session: "b2", other: ann },
        ])
        assert.deepStrictEqual<unknown>(yield* reach(bob, bob), [
          { session: "b1", other: bob },
          { session: "b2", other: bob },
        ])
      }),
    )

    it.effect("waits for an account that is not here, and for no guest", () =>
      Effect.gen(function* () {
        const { reach, signIn } = yield* world()
        assert.deepStrictEqual(yield* reach(ann, bob), [])
        assert.strictEqual(yield* why(reach(ann, guest)), "NoSuchUser")
        assert.strictEqual(yield* why(reach(guest, ann)), "NoSuchUser")
        yield* signIn(ann)
        assert.deepStrictEqual<unknown>(yield* reach(guest, ann), [{ session: "ann", other: guest }])
      }),
    )

    it.effect("is refused where the other is here and has no session that can hear it", () =>
      Effect.gen(function* () {
        const { reach, signIn } = yield* world()
        yield* signIn(bob, "old", { direct: false })
        assert.strictEqual(yield* why(reach(ann, bob)), "Unreachable")
        // Its own, too, where it speaks to itself.
        assert.strictEqual(yield* why(reach(bob, bob)), "Unreachable")
        assert.deepStrictEqual(yield* reach(bob, ann), [])
      }),
    )
  })

  it.effect("a wish outlives 9999 others", () =>
    Effect.gen(function* () {
      const { ask, tell } = yield* world()
      const wishing = (who: string, at: number) => (reply: Deferred.Deferred<WishGranted, ActorUnavailable>) =>
        ({
          type: "SetAppearance",
          user: who as UserId,
          wish: { appearance: { ...online, text: `${who} ${at}` }, at },
          reply,
        }) as const
      yield* ask(wishing("ann", 10))
      for (let n = 1; n < 10_000; n++) yield* tell(wishing(`user ${n}`, 20)(Deferred.makeUnsafe()))
      assert.strictEqual((yield* ask(wishing("ann", 9))).appearance.text, "ann 10")
    }),
  )

  it.effect("of who is not here a wish is kept, and nobody appears by it", () =>
    Effect.gen(function* () {
      const { ask, find, signIn } = yield* world()
      const wish = (text: string, at: number) =>
        ask<WishGranted, never>((reply) => ({
          type: "SetAppearance",
          user: ann.id,
          wish: { appearance: { ...online, text }, at },
          reply,
        }))
      assert.deepStrictEqual(yield* wish("lunch", 10), { appearance: { ...online, text: "lunch" }, links: [] })
      yield* signIn(ann)
      const { link, appearance } = yield* find("den", "ann")
      assert.deepStrictEqual(appearance, online)
      // What others wished before stays theirs.
      yield* signIn(bob)
      assert.deepStrictEqual((yield* find("den", "bob")).appearance, online)
      assert.deepStrictEqual(yield* wish("old", 9), { appearance: { ...online, text: "lunch" }, links: [link] })
      assert.deepStrictEqual((yield* find("den", "ann")).appearance, { ...online, text: "lunch" })
    }),
  )
})
