/** Channels do not run out: who makes many is stopped, what nobody used goes, and the lobby is always there. */
import { assert, describe } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { TestClock } from "effect/testing"
import type { RequestErrorReason } from "../../src/domain/RequestError.ts"
import type { ClientFrame } from "../../src/protocol/v2/ClientFrame.ts"
import * as TestClient from "../../src/testing/TestClient.ts"
import type { Settings, TestServer } from "../../src/testing/TestServer.ts"
import { calm, eventually, live, member1, memory, nextTurn, timed, user2 } from "../suites/transportWorld.ts"

type Client = TestClient.TestClient2
type Server = TestServer["Service"]

const settings = (hub: Settings["hub"], accounts: Settings["accounts"] = {}): Settings => ({
  accounts,
  hub: { ...calm.hub, publishing: undefined, ...hub },
  session: { frames: undefined },
})

const done = (client: Client, request: typeof ClientFrame.Encoded) => client.ask(request, "Ok")
const create = (client: Client, channel: string) => done(client, { type: "CreateChannel", channel })
const join = (client: Client, channel: string) => client.ask({ type: "Join", channel }, "Joined")
const leave = (client: Client, channel: string) => client.ask({ type: "Leave", channel }, "Left")
const refused = Effect.fnUntraced(function* (
  client: Client,
  request: typeof ClientFrame.Encoded,
  reason: RequestErrorReason,
) {
  assert.strictEqual((yield* client.ask(request, "Error")).name, reason)
})
const listed = (client: Client) =>
  Effect.map(client.ask({ type: "ListChannels" }, "Channels"), ({ channels }) =>
    channels.map(({ channel }) => String(channel)).filter((name) => name !== "lobby"),
  )
/** An administrator of the service. */
const root = Effect.fnUntraced(function* (server: Server) {
  yield* server.accounts.add({ name: "root", password: Redacted.make("root's"), role: "admin" })
  return yield* user2(server, "root")
})

describe("an account", () => {
  live(
    "makes as many channels as it may, by whatever way; archived ones do not count",
    memory.layer(settings({ channelsPerAccount: 2 })),
    (server) =>
      Effect.gen(function* () {
        const [ann, bob] = [yield* user2(server, "ann"), yield* user2(server, "bob")]
        yield* create(ann, "one")
        yield* join(ann, "two")
        for (const type of ["CreateChannel", "Join"] as const) {
          yield* refused(ann, { type, channel: "three" }, "ChannelQuota")
        }
        // Entering what is there is no making, nor is the lobby anybody's.
        yield* create(bob, "bobs")
        for (const channel of ["bobs", "lobby"]) yield* join(ann, channel)
        yield* done(ann, { type: "Configure", channel: "one", archived: true })
        yield* create(ann, "three")
        // To be given away is no way around.
        yield* done(ann, { type: "SetRole", channel: "three", username: "bob", role: "owner" })
        yield* done(ann, { type: "SetRole", channel: "three", username: "ann" })
        yield* refused(ann, { type: "CreateChannel", channel: "four" }, "ChannelQuota")
        yield* create(bob, "another")
      }),
  )

  live(
    "opens an archived channel again only where it may have one more, whoever has made it",
    memory.layer(settings({ channelsPerAccount: 1 })),
    (server) =>
      Effect.gen(function* () {
        const [ann, bob] = [yield* user2(server, "ann"), yield* user2(server, "bob")]
        const configure = (channel: string, archived: boolean) => ({ type: "Configure", channel, archived }) as const
        yield* create(ann, "one")
        yield* done(ann, { type: "SetRole", channel: "one", username: "bob", role: "owner" })
        yield* done(ann, configure("one", true))
        yield* create(ann, "two")
        yield* refused(ann, configure("one", false), "ChannelQuota")
        // What is open can be configured as before.
        yield* done(ann, configure("two", false))
        yield* done(bob, configure("one", false))
        // It counts for bob now, and for ann no more.
        yield* refused(bob, { type: "CreateChannel", channel: "three" }, "ChannelQuota")
        yield* done(ann, configure("two", true))
        yield* create(ann, "three")
      }),
  )

  live(
    "of an administrator, and of the program around, makes any number",
    memory.layer(settings({ channelsPerAccount: 1 })),
    (server) =>
      Effect.gen(function* () {
        const admin = yield* root(server)
        const bot = yield* server.hub.as({ name: "bot" })
        for (const n of [1, 2, 3]) {
          yield* create(admin, `a${n}`)
          yield* bot.createChannel(`b${n}`)
        }
        const limited = yield* server.hub.as({ name: "limited", limited: true })
        yield* limited.createChannel("c1")
        assert.strictEqual((yield* Effect.flip(limited.createChannel("c2"))).reason, "ChannelQuota")
      }),
  )

  live(
    "of a guest is none: all from one address make so many together",
    memory.layer(settings({ channelsPerAddress: 2, channelsPerAccount: 1 }, { mode: "guest" })),
    (server) =>
      Effect.gen(function* () {
        const guest = Effect.fnUntraced(function* (username: string, remoteAddress: string) {
          const client = yield* TestClient.v2(yield* server.connect({ remoteAddress }))
          yield* client.ask({ type: "Login", username, password: "" }, "LoggedIn")
          return client
        })
        yield* join(yield* guest("ann", "2001:db8:1:2::7"), "one")
        const bob = yield* guest("bob", "2001:db8:1:2::8")
        yield* join(bob, "two")
        yield* refused(bob, { type: "Join", channel: "three" }, "ChannelQuota")
        yield* join(bob, "lobby")
        yield* join(yield* guest("cat", "2001:db8:1:3::7"), "three")
      }),
  )
})

describe("the lobby", () => {
  live("is open when no more channels can be", memory.layer(settings({ maxChannels: 1 })), (server) =>
    Effect.gen(function* () {
      const ann = yield* user2(server, "ann")
      yield* join(ann, "den")
      yield* refused(ann, { type: "Join", channel: "attic" }, "TooManyChannels")
      yield* join(ann, "lobby")
      yield* ann.ask({ type: "Publish", channel: "lobby", id: "1", content: "here" }, "Published")
      yield* member1(server, "old")
    }),
  )
})

describe("a channel that nobody used", () => {
  const idle = Duration.seconds(2)
  const rest = Effect.andThen(TestClock.adjust(Duration.seconds(3)), Effect.repeat(nextTurn, { times: 3 }))

  timed("goes when nobody has been in it for a while", memory.layer(settings({ channelIdle: idle })), (server) =>
    Effect.gen(function* () {
      const [ann, bob] = [yield* user2(server, "ann"), yield* user2(server, "bob")]
      for (const channel of ["empty", "taken", "said", "topical", "peopled"]) yield* join(ann, channel)
      yield* join(bob, "taken")
      yield* ann.ask({ type: "Publish", channel: "said", id: "1", content: "x" }, "Published")
      yield* done(ann, { type: "SetTopic", channel: "topical", topic: "Tea" })
      yield* done(ann, { type: "Invite", channel: "peopled", username: "bob" })
      yield* create(ann, "made")
      const all = ["empty", "made", "peopled", "said", "taken", "topical"]
      yield* rest
      assert.deepStrictEqual(yield* listed(ann), all)
      for (const channel of ["empty", "taken", "said", "topical", "peopled"]) yield* leave(ann, channel)
      yield* rest
      assert.deepStrictEqual(
        yield* listed(ann),
        all.filter((name) => name !== "empty"),
      )
      yield* leave(bob, "taken")
      yield* rest
      assert.notInclude(yield* listed(ann), "taken")
      // Whoever enters it now makes it anew.
      assert.strictEqual((yield* join(bob, "empty")).role, "owner")
    }),
  )

  timed(
    "makes room for others: names without end fill nothing",
    memory.layer(settings({ channelIdle: idle, channelsPerAccount: 5, maxChannels: 20 })),
    (server) =>
      Effect.gen(function* () {
        const ann = yield* user2(server, "ann")
        for (let round = 0; round < 4; round++) {
          for (let n = 0; n < 5; n++) {
            yield* join(ann, `c${round}-${n}`)
            yield* leave(ann, `c${round}-${n}`)
          }
          yield* refused(ann, { type: "Join", channel: "more" }, "ChannelQuota")
          yield* rest
        }
        assert.deepStrictEqual(yield* listed(ann), [])
        assert.strictEqual((yield* server.hub.stats).channels, 0)
      }),
  )
})

describe("an administrator", () => {
  live("deletes a channel with all that was in it, archived or not", memory.layer(settings({})), (server) =>
    Effect.gen(function* () {
      const admin = yield* root(server)
      const ann = yield* user2(server, "ann")
      yield* join(ann, "den")
      yield* ann.ask({ type: "Publish", channel: "den", id: "1", content: "words" }, "Published")
      yield* ann.ask({ type: "Read", channel: "den", seq: 1 }, "Ok")
      yield* done(ann, { type: "RenameChannel", channel: "den", name: "cellar" })
      yield* done(ann, { type: "Configure", channel: "cellar", archived: true })
      yield* refused(ann, { type: "DeleteChannel", channel: "cellar" }, "Forbidden")
      yield* done(admin, { type: "DeleteChannel", channel: "cellar" })
      assert.deepStrictEqual<unknown>(yield* ann.until("Left"), { type: "Left", channel: "cellar" })
      yield* refused(ann, { type: "Describe", channel: "cellar" }, "NoSuchChannel")
      assert.deepStrictEqual((yield* ann.ask({ type: "ListUnread" }, "Unread")).channels, [])
      assert.deepStrictEqual((yield* ann.ask({ type: "Search", text: "words" }, "SearchResult")).hits, [])
      const again = yield* join(ann, "cellar")
      assert.deepInclude(again, { role: "owner", seq: 0 } as object)
      assert.lengthOf((yield* ann.ask({ type: "History", channel: "cellar" }, "HistoryPage")).entries, 0)
      yield* ann.ask({ type: "Publish", channel: "cellar", id: "1", content: "new words" }, "Published")
      yield* leave(ann, "cellar")
      yield* refused(admin, { type: "DeleteChannel", channel: "lobby" }, "Forbidden")
      yield* refused(admin, { type: "DeleteChannel", channel: "nowhere" }, "NoSuchChannel")
      yield* eventually(
        "nobody is in a channel",
        Effect.map(server.hub.stats, ({ memberships }) => memberships === 0),
      )
    }),
  )
})
