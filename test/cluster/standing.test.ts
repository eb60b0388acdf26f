/** A channel whose node is out of reach stands still; nothing else of whoever is in it does. On virtual time. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Client from "../../src/client/Client.ts"
import { Dialer } from "../../src/client/Dialer.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { type Partition, partitionOf } from "../../src/hub/nodes/Partition.ts"
import { make as memoryDialer } from "../../src/testing/MemoryDialer.ts"
import type { TestClient2 } from "../../src/testing/TestClient.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { sourceOf } from "../client/files.ts"
import { type Cluster, cluster } from "../suites/clusterWorld.ts"
import { member2, nextTurn, user2 } from "../suites/transportWorld.ts"

const standing = partitionOf(ChannelName.make("there"))
const isThere = (partition: Partition, own: ReadonlyArray<string> | undefined) =>
  own === undefined
    ? partition === standing
    : !own.some((channel) => partition === partitionOf(ChannelName.make(channel)))

/**
 * Nodes of which the second has the channel `there`; clients come to the first, which has all others, or just those that are
 * named.
 */
const world = (body: (all: Cluster) => Effect.Effect<void, unknown, Scope.Scope>, own?: ReadonlyArray<string>) => () =>
  cluster(3, (partition) => (isThere(partition, own) ? 1 : 0), {
    hub: { publishing: undefined, operations: undefined },
  }).pipe(Effect.flatMap(body), Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None"))

/** Lets so much time pass, in steps in which what is to happen has happened. */
const pass = (millis: number) =>
  Effect.gen(function* () {
    for (let left = millis; left >= 0; left -= 250) {
      for (let turn = 0; turn < 3; turn++) yield* nextTurn
      yield* TestClock.adjust(Math.min(left, 250))
    }
    for (let turn = 0; turn < 3; turn++) yield* nextTurn
  })

const publish = (channel: string, id: string) => ({ type: "Publish", channel, id, content: id, ref: 1 }) as const

/** A client of the library at the first node, in both channels, whose connection can be cut. */
const both = Effect.fnUntraced(function* ({ servers }: Cluster) {
  const way = yield* Effect.provideService(memoryDialer, TestServer, servers[0]!)
  const client = yield* Client.make({
    credentials: { username: "ann", password: Redacted.make("secret") },
    // Half of the time after which a node says that a channel is not to be had.
    answerTimeout: Duration.seconds(10),
  }).pipe(Effect.provideService(Dialer, way.dialer))
  yield* client.join("here")
  yield* client.join("there")
  // One in which nothing was said is gone when its node believes that nobody is in it.
  yield* client.publish("there", "0")
  const heard: Array<string> = []
  const events = yield* client.subscribe
  yield* Effect.forkScoped(
    Stream.runForEach(events, (event) =>
      Effect.sync(() => {
        if (event.type === "Message") heard.push(`${event.channel} ${event.seq} ${event.content}`)
      }),
    ),
  )
  return { client, heard, way }
})

const bytes = Uint8Array.of(1, 2, 3)

/** A file that a message carries. */
const said = Effect.fnUntraced(function* (client: TestClient2, channel: string) {
  const { file } = yield* client.ask({ type: "StartUpload", channel, name: "tea", size: 3 }, "Upload")
  yield* client.send({ type: "UploadChunk", file, offset: 0, data: bytes })
  yield* client.until("Uploaded")
  yield* client.ask({ type: "Publish", channel, id: file, content: "", file }, "Published")
  return file
})

const begin = <A, E>(effect: Effect.Effect<A, E>) => Effect.forkChild(effect, { startImmediately: true })

describe("a channel that stands still", () => {
  it.effect(
    "has what is asked of it wait in a session, and nothing else; then it is said that it is not to be had",
    world(({ nodes, servers }) =>
      Effect.gen(function* () {
        const ann = yield* member2(servers[0]!, "ann", "there")
        yield* ann.ask({ type: "Join", channel: "here" }, "Joined")
        nodes.cut(0, 1)
        yield* ann.send({ type: "SetTopic", ref: 7, channel: "there", topic: "late" }, publish("there", "late"))
        yield* ann.send({ type: "History", ref: 8, channel: "there" }, { type: "Leave", ref: 9, channel: "there" })
        // Everything else is answered at once.
        yield* ann.ask(publish("here", "a"), "Published")
        yield* ann.ask({ type: "SetTopic", channel: "here", topic: "tea" }, "Ok")
        yield* ann.ask({ type: "History", channel: "here" }, "HistoryPage")
        yield* ann.ask({ type: "Join", channel: "elsewhere" }, "Joined")
        yield* ann.ask({ type: "ListUnread" }, "Unread")
        yield* ann.ask({ type: "Leave", channel: "elsewhere" }, "Left")
        const answers: Array<string> = []
        yield* Effect.forkChild(
          Effect.forever(
            Effect.map(ann.next, (frame) => {
              if ("ref" in frame && frame.ref !== undefined) {
                answers.push(`${frame.ref} ${frame.type === "Error" ? frame.name : frame.type}`)
              }
            }),
          ),
        )
        yield* pass(19_000)
        assert.deepStrictEqual(answers, [])
        yield* pass(45_000)
        // In its lane one waits for the other: the message was left behind the topic, and the page is asked for behind both.
        assert.deepStrictEqual(answers.slice(0, 3), ["7 Unavailable", "1 Unavailable", "8 Unavailable"])
        nodes.heal(0, 1)
        yield* pass(2000)
        assert.deepStrictEqual(answers.slice(3), ["9 Left"])
      }),
    ),
  )

  it.effect(
    "has whatever is of it wait, and leaves the rest alone: new names, blocks, a search there",
    world(
      ({ nodes, servers }) =>
        Effect.gen(function* () {
          const ann = yield* member2(servers[0]!, "ann", "there")
          yield* ann.ask({ type: "Join", channel: "here" }, "Joined")
          yield* user2(servers[0]!, "bob")
          nodes.cut(0, 1)
          yield* ann.send(
            { type: "RenameChannel", ref: 1, channel: "there", name: "attic" },
            { type: "Block", ref: 2, username: "bob" },
            { type: "Search", ref: 3, text: "x in:there" },
            { type: "Join", ref: 4, channel: "attic" },
          )
          yield* ann.ask(publish("here", "a"), "Published")
          yield* ann.ask({ type: "ListUnread" }, "Unread")
          yield* ann.ask({ type: "ListBlocked" }, "Blocked")
          yield* ann.ask({ type: "SetStatus", status: "away" }, "Ok")
          yield* ann.ask({ type: "Describe", channel: "here" }, "ChannelInfo")
        }),
      ["here"],
    ),
  )

  it.effect(
    "has who accepts an invitation to it wait for it, with what comes behind for it, and for nothing else",
    world(({ nodes, servers }) =>
      Effect.gen(function* () {
        const owner = yield* user2(servers[1]!, "ann")
        const invitation = Effect.fnUntraced(function* (channel: string) {
          yield* owner.ask({ type: "CreateChannel", channel, access: "private" }, "Ok")
          return (yield* owner.ask({ type: "CreateInviteLink", channel }, "InviteLinkCreated")).code
        })
        const [there, here] = [yield* invitation("there"), yield* invitation("here")]
        const bob = yield* user2(servers[0]!, "bob")
        nodes.cut(0, 1)
        yield* bob.send(
          { type: "AcceptInvite", ref: 1, code: there },
          { type: "Join", ref: 2, channel: "there" },
          { type: "AcceptInvite", ref: 3, code: "natjoin_" },
          { type: "AcceptInvite", ref: 4, code: here },
          { type: "Join", ref: 5, channel: "here" },
          { type: "Ping", sequence: 6 },
        )
        const answers: Array<string> = []
        yield* Effect.forkChild(
          Effect.forever(
            Effect.map(bob.next, (frame) => {
              if (frame.type === "Pong") answers.push(frame.type)
              else if ("ref" in frame && frame.ref !== undefined) {
                answers.push(`${frame.ref} ${frame.type === "Error" ? frame.name : frame.type}`)
              }
            }),
          ),
        )
        yield* pass(0)
        // They are of different channels: which of them is answered first is not promised.
        assert.deepStrictEqual(answers.splice(0).sort(), ["3 NoSuchInvitation", "4 InviteAccepted", "5 Joined", "Pong"])
        yield* pass(15_000)
        assert.deepStrictEqual(answers, [])
        nodes.heal(0, 1)
        yield* pass(2000)
        assert.deepStrictEqual(answers, ["1 InviteAccepted", "2 Joined"])
      }),
    ),
  )

  it.effect(
    "has its files wait, those that are on their way and those that are asked for, and no others",
    world(({ nodes, servers }) =>
      Effect.gen(function* () {
        const ann = yield* member2(servers[0]!, "ann", "there")
        yield* ann.ask({ type: "Join", channel: "here" }, "Joined")
        const [there, here] = [yield* said(ann, "there"), yield* said(ann, "here")]
        const begun = yield* ann.ask({ type: "StartUpload", channel: "there", name: "begun", size: 3 }, "Upload")
        nodes.cut(0, 1)
        // It is due to be looked at whether this one may still come, which its node is asked for.
        yield* pass(3000)
        yield* ann.send(
          { type: "UploadChunk", file: begun.file, offset: 0, data: bytes.subarray(0, 1) },
          { type: "Download", ref: 3, channel: "there", file: there },
          { type: "StartUpload", ref: 4, channel: "there", name: "tea", size: 3 },
          { type: "ResumeUpload", ref: 5, channel: "there", file: begun.file },
          { type: "CancelUpload", ref: 6, channel: "there", file: there },
          // What names no channel comes behind the file's opening.
          { type: "CloseDownload", ref: 7, file: there },
        )
        const answers: Array<string> = []
        yield* ann.ask({ type: "Download", channel: "here", file: here }, "Opened")
        assert.deepStrictEqual((yield* ann.until("FileChunk")).data, bytes)
        yield* ann.ask({ type: "CloseDownload", file: here }, "Ok")
        yield* said(ann, "here")
        const { file } = yield* ann.ask({ type: "StartUpload", channel: "here", name: "tea", size: 3 }, "Upload")
        yield* ann.ask({ type: "ResumeUpload", channel: "here", file }, "Upload")
        yield* ann.ask({ type: "CancelUpload", channel: "here", file }, "Ok")
        yield* Effect.forkChild(
          Effect.forever(
            Effect.map(ann.next, (frame) => {
              if ("ref" in frame && frame.ref !== undefined) {
                answers.push(`${frame.ref} ${frame.type === "Error" ? frame.name : frame.type}`)
              } else if (frame.type === "FileChunk") answers.push("chunk")
            }),
          ),
        )
        yield* pass(15_000)
        assert.deepStrictEqual(answers, [])
        nodes.heal(0, 1)
        yield* pass(2000)
        assert.deepStrictEqual(
          answers.filter((what) => what !== "chunk"),
          ["3 Opened", "4 Upload", "5 Upload", "6 Forbidden", "7 Ok"],
        )
      }),
    ),
  )

  it.effect(
    "does not hold up the other channels of a client, nor end its session; what has waited goes there in order",
    world((all) =>
      Effect.gen(function* () {
        const { client, heard, way } = yield* both(all)
        all.nodes.cut(0, 1)
        const late = yield* Effect.forEach(["1", "2", "3"], (text) => begin(client.publish("there", text)))
        const reading = yield* begin(client.history("there"))
        yield* pass(1000)
        for (const text of ["a", "b"]) {
          const going = yield* begin(client.publish("here", text))
          yield* pass(0)
          assert.isDefined(going.pollUnsafe(), "the other channel waits")
        }
        yield* pass(60_000)
        assert.strictEqual(way.dials(), 1)
        assert.isTrue(late.every((fiber) => fiber.pollUnsafe() === undefined))
        all.nodes.heal(0, 1)
        yield* pass(25_000)
        const seqs = yield* Effect.forEach(late, Fiber.join)
        assert.deepStrictEqual(
          seqs.map(({ seq }) => Number(seq)),
          [2, 3, 4],
        )
        yield* Fiber.join(reading)
        assert.deepStrictEqual(heard, ["there 1 0", "here 1 a", "here 2 b", "there 2 1", "there 3 2", "there 4 3"])
        assert.strictEqual(way.dials(), 1)
      }),
    ),
  )

  it.effect(
    "keeps no places for files that its clients do not wait for any more",
    world((all) =>
      Effect.gen(function* () {
        const { client } = yield* both(all)
        const say = Effect.fnUntraced(function* (channel: string) {
          const { id } = yield* client.upload(channel, sourceOf(bytes))
          yield* client.publish(channel, "", { file: id })
          return id
        })
        const files = yield* Effect.forEach([1, 2, 3, 4], () => say("there"))
        const here = yield* say("here")
        all.nodes.cut(0, 1)
        const waiting = yield* Effect.forEach(files, (file) =>
          Effect.all([
            begin(client.upload("there", sourceOf(bytes))),
            begin(Effect.scoped(client.download("there", file))),
          ]),
        )
        yield* pass(1000)
        yield* Effect.forEach(waiting.flat(), (fiber) => Fiber.interrupt(fiber as Fiber.Fiber<unknown, unknown>))
        all.nodes.heal(0, 1)
        yield* pass(2000)
        const going = yield* begin(
          Effect.andThen(Effect.scoped(client.download("here", here)), client.upload("here", sourceOf(bytes))),
        )
        yield* pass(0)
        assert.isDefined(going.pollUnsafe(), "there is no place for another file")
        yield* Fiber.join(going)
      }),
    ),
  )

  it.effect(
    "is come back to later, and what is said there meanwhile waits; the client is online without it",
    world((all) =>
      Effect.gen(function* () {
        const { client, heard, way } = yield* both(all)
        all.nodes.cut(0, 1)
        const early = yield* begin(client.publish("there", "1"))
        yield* pass(500)
        yield* way.cut
        yield* pass(500)
        const away = yield* client.state
        assert.notStrictEqual(away._tag, "Online")
        yield* begin(client.retry)
        yield* pass(1500)
        assert.strictEqual((yield* client.state)._tag, "Online")
        const late = yield* begin(client.publish("there", "2"))
        const going = yield* begin(client.publish("here", "a"))
        yield* pass(0)
        yield* Fiber.join(going)
        yield* pass(60_000)
        assert.deepStrictEqual([early.pollUnsafe(), late.pollUnsafe()], [undefined, undefined])
        all.nodes.heal(0, 1)
        yield* pass(25_000)
        yield* Effect.forEach([early, late], Fiber.join)
        assert.deepStrictEqual(heard, ["there 1 0", "here 1 a", "there 2 1", "there 3 2"])
        assert.strictEqual(way.dials(), 2)
      }),
    ),
  )
})
