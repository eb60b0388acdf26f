/** What people do is seen from every node, wherever the channel runs. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { UserId } from "../../src/domain/User.ts"
import { partitionOf } from "../../src/hub/nodes/Partition.ts"
import type { TestServer } from "../../src/testing/TestServer.ts"
import { type Cluster, cluster } from "../suites/clusterWorld.ts"
import { eventually, idOf, user2 } from "../suites/transportWorld.ts"

const quick = {
  hub: {
    publishing: undefined,
    operations: undefined,
    presence: { grace: Duration.millis(20), coalesce: Duration.millis(5), countOnlyAbove: 500 },
  },
}

const world =
  (
    body: (cluster: Cluster) => Effect.Effect<void, unknown, Scope.Scope>,
    settings: Parameters<typeof cluster>[2] = {},
  ) =>
  () =>
    Effect.scoped(Effect.flatMap(cluster(3, undefined, { ...quick, ...settings }), body)).pipe(
      Effect.provideService(References.MinimumLogLevel, "None"),
    )

const join = (channel: string) => ({ type: "Join", channel }) as const
const publish = (channel: string, content: string) =>
  ({ type: "Publish", channel, id: content.replaceAll(" ", "-"), content }) as const

/** Who is in a channel, and how, as it is seen from a node. */
const seen = (server: TestServer["Service"], channel: string) =>
  Effect.map(
    Effect.flatMap(server.hub.as({ name: "watcher", role: "admin" }), (watcher) => watcher.members(channel)),
    ({ members }) => members,
  )

const present = (server: TestServer["Service"], channel: string) =>
  Effect.map(seen(server, channel), (members) => members.map(({ username }) => username).toSorted())

const presentAre = (server: TestServer["Service"], channel: string, names: ReadonlyArray<string>) =>
  eventually(
    `${names.join()} are present`,
    Effect.map(present(server, channel), (found) => found.join() === names.join()),
  )

/** Ann, Bob and Cat, each at a node of their own. */
const three = Effect.fnUntraced(function* ({ servers }: Cluster, channel?: string) {
  const people = {
    ann: yield* user2(servers[0]!, "ann"),
    bob: yield* user2(servers[1]!, "bob"),
    cat: yield* user2(servers[2]!, "cat"),
  }
  if (channel !== undefined) for (const who of Object.values(people)) yield* who.ask(join(channel), "Joined")
  return people
})

describe("from every node", () => {
  it.live(
    "one sees who is there, each user once, until the last session has gone",
    world((all) =>
      Effect.gen(function* () {
        const { bob, cat } = yield* three(all, "den")
        const scope = yield* Scope.make()
        const again = yield* Scope.provide(user2(all.servers[2]!, "bob"), scope)
        yield* again.ask(join("den"), "Joined")
        yield* presentAre(all.servers[0]!, "den", ["ann", "bob", "cat"])
        // Whoever leaves behind bob is seen to have gone: bob, who has another session, is still there.
        yield* bob.ask({ type: "Leave", channel: "den" }, "Left")
        yield* cat.ask({ type: "Leave", channel: "den" }, "Left")
        yield* presentAre(all.servers[0]!, "den", ["ann", "bob"])
        assert.deepStrictEqual(yield* present(all.servers[1]!, "den"), ["ann", "bob"])
        yield* Scope.close(scope, Exit.void)
        yield* presentAre(all.servers[0]!, "den", ["ann"])
      }),
    ),
  )

  it.live(
    "who was at a node that is gone is gone, and nobody else, though the channel ran there",
    world((all) =>
      Effect.gen(function* () {
        for (const owner of [0, 1, 2]) {
          const channel = `den-${owner}`
          const { cat } = yield* three(all, channel)
          const again = yield* user2(all.servers[2]!, "bob")
          yield* again.ask(join(channel), "Joined")
          yield* all.nodes.move(partitionOf(ChannelName.make(channel)), owner)
          yield* presentAre(all.servers[0]!, channel, ["ann", "bob", "cat"])
          yield* cat.ask({ type: "Leave", channel }, "Left")
          yield* presentAre(all.servers[0]!, channel, ["ann", "bob"])
        }
        all.nodes.kill(2)
        const dave = yield* user2(all.servers[1]!, "dave")
        for (const owner of [0, 1, 2]) {
          yield* dave.ask(join(`den-${owner}`), "Joined")
          yield* presentAre(all.servers[1]!, `den-${owner}`, ["ann", "bob", "dave"])
        }
        all.nodes.kill(1)
        const eve = yield* user2(all.servers[0]!, "eve")
        yield* eve.ask(join("den-1"), "Joined")
        yield* presentAre(all.servers[0]!, "den-1", ["ann", "eve"])
      }),
    ),
  )

  it.live(
    "a status is seen, whichever of the user's sessions said it",
    world((all) =>
      Effect.gen(function* () {
        const { ann, bob } = yield* three(all)
        const again = yield* user2(all.servers[2]!, "bob")
        yield* again.ask(join("den"), "Joined")
        yield* ann.ask(join("den"), "Joined")
        yield* bob.ask({ type: "SetStatus", status: "busy" }, "Ok")
        yield* eventually(
          "bob is busy",
          Effect.map(seen(all.servers[0]!, "den"), (members) =>
            members.some(({ status, username }) => username === "bob" && status === "busy"),
          ),
        )
        // Whoever comes later, elsewhere, appears so as well.
        const third = yield* user2(all.servers[0]!, "bob")
        yield* eventually(
          "the third knows",
          Effect.gen(function* () {
            const { members } = yield* third.ask(join("attic"), "Joined")
            yield* third.ask({ type: "Leave", channel: "attic" }, "Left")
            return members.some(({ status }) => status === "busy")
          }),
        )
      }),
    ),
  )

  it.live(
    "a word to somebody reaches all sessions of both",
    world((all) =>
      Effect.gen(function* () {
        const { ann, bob } = yield* three(all)
        const others = [yield* user2(all.servers[2]!, "bob"), yield* user2(all.servers[1]!, "ann")]
        yield* ann.ask(join("@bob"), "Joined")
        yield* ann.ask(publish("@bob", "hello"), "Published")
        for (const client of [ann, bob, ...others]) {
          const { content, from } = yield* client.until("Message")
          assert.deepStrictEqual({ content, from }, { content: "hello", from: "ann" })
        }
        yield* bob.ask(publish("@ann", "hello yourself"), "Published")
        for (const client of [ann, bob, ...others]) {
          assert.deepInclude(yield* client.until("Message"), { seq: 2, content: "hello yourself" } as object)
        }
      }),
    ),
  )

  it.live(
    "a guest is reached while it is there, and its name is nobody else's",
    world(
      (all) =>
        Effect.gen(function* () {
          const { ann } = yield* three(all)
          const again = yield* all.servers[2]!.client2()
          yield* again.ask({ type: "Login", username: "ANN", password: "x" }, "Error")
          const cat = yield* all.servers[1]!.client2()
          assert.strictEqual(
            (yield* cat.ask({ type: "Login", username: "Ann", password: "x" }, "Error")).name,
            "UsernameTaken",
          )
          yield* ann.ask(join("@bob"), "Joined")
          yield* ann.ask(publish("@bob", "hello"), "Published")
          const nobody = yield* ann.ask(join("@nobody"), "Error")
          assert.strictEqual(nobody.name, "NoSuchUser")
        }),
      { accounts: { mode: "guest" } },
    ),
  )

  it.live(
    "who is kicked, banned or invited hears of it, and a channel under another name goes on",
    world((all) =>
      Effect.gen(function* () {
        const { ann, bob, cat } = yield* three(all, "den")
        yield* ann.ask({ type: "Kick", channel: "den", username: "bob" }, "Ok")
        assert.deepInclude(yield* bob.until("Left"), { channel: "den" } as object)
        assert.deepInclude(yield* cat.until("Kicked"), { username: "bob" } as object)
        yield* bob.ask(join("den"), "Joined")
        yield* ann.ask({ type: "RenameChannel", channel: "den", name: "attic" }, "Ok")
        yield* cat.until("Renamed")
        assert.strictEqual((yield* cat.ask(publish("attic", "1"), "Published")).seq, 1)
        yield* bob.until("Message")
        yield* ann.ask({ type: "Ban", channel: "attic", username: "bob" }, "Ok")
        yield* bob.until("Left")
        assert.strictEqual((yield* bob.ask(join("attic"), "Error")).name, "Banned")
        yield* ann.ask({ type: "Configure", channel: "attic", access: "private" }, "Ok")
        yield* ann.ask({ type: "Unban", channel: "attic", username: "bob" }, "Ok")
        yield* ann.ask({ type: "Invite", channel: "attic", username: "bob" }, "Ok")
        assert.deepInclude(yield* bob.until("Invited"), { channel: "attic" } as object)
        yield* bob.ask(join("attic"), "Joined")
        const { channels } = yield* cat.ask({ type: "ListChannels" }, "Channels")
        assert.deepStrictEqual(
          channels.map(({ channel, count }) => ({ channel, count })),
          [],
        )
        // Who has no role there may not stay where it is private.
        yield* eventually(
          "ann and bob are counted",
          Effect.map(bob.ask({ type: "ListChannels" }, "Channels"), ({ channels: [attic] }) => attic?.count === 2),
        )
      }),
    ),
  )

  it.live(
    "sessions are ended at whichever node they are",
    world((all) =>
      Effect.gen(function* () {
        const { bob } = yield* three(all)
        const ended = yield* all.servers[0]!.hub.disconnect(
          { user: UserId.make(idOf(bob)) },
          new Disconnect({ reason: "Dismissed", detail: "go" }),
        )
        assert.strictEqual(ended, 1)
        assert.deepInclude(yield* bob.until("Disconnect"), { reason: "Dismissed" } as object)
      }),
    ),
  )
})
