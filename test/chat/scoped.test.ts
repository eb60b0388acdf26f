/** Who comes by a token that is for less than its owner may: what is refused, and what is not shown. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import type { Caller } from "../../src/chat/Caller.ts"
import { Chat } from "../../src/chat/Chat.ts"
import type { Operation } from "../../src/chat/Operation.ts"
import * as accountOperations from "../../src/chat/account/operations.ts"
import * as operations from "../../src/chat/operations.ts"
import { People } from "../../src/chat/People.ts"
import type { RequestError } from "../../src/domain/RequestError.ts"
import { operationNames, type Scope } from "../../src/domain/Scope.ts"
import { Reaction } from "../../src/domain/Reaction.ts"
import { Seq } from "../../src/domain/Seq.ts"
import { Username } from "../../src/domain/Username.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { Topic } from "../../src/domain/Topic.ts"
import { History } from "../../src/history/History.ts"
import { ann, accountsOf, bob, caller, chatOf, name } from "./scripted.ts"

const everyOperation = Object.values({ ...operations, ...accountOperations }).flatMap((operation) =>
  "operation" in operation ? [operation as unknown as Operation<object, unknown>] : [],
)
const scopedTo = (scope: Scope): Caller => ({ ...caller, scope })

/** A request to all of them: in the den, and about bob. */
const request = {
  channel: name("den"),
  name: name("den"),
  username: bob.name,
  content: "hello",
  target: Seq.make(1),
  id: MessageId.make("m-1"),
  reaction: "+1",
  on: true,
  text: "hello",
  status: "away",
}

const refusalOf = (error: RequestError) => [error.reason, error.message]

/** What concerns no channel, or is shown of many. */
const everywhere = new Set([
  "listBlocked",
  "listChannels",
  "listUnread",
  "setStatus",
  ...Object.keys(accountOperations),
])

describe("each operation", () => {
  for (const operation of everyOperation) {
    it.effect(`${operation.operation} is refused to who does not have it, before anything is done`, () =>
      Effect.gen(function* () {
        // Nothing is there to do anything with.
        const chat = yield* chatOf({})
        const others = operationNames.filter((name) => name !== operation.operation)
        const error = yield* Effect.flip(operation(chat, scopedTo({ operations: others }), request))
        assert.deepStrictEqual(refusalOf(error), [
          "OutOfScope",
          `This token does not include the operation ${operation.operation}`,
        ])
        assert.strictEqual(error.status, 403)
      }),
    )
  }

  for (const operation of everyOperation.filter((operation) => !everywhere.has(operation.operation))) {
    it.effect(`${operation.operation} is refused in a channel that the token is not for`, () =>
      Effect.gen(function* () {
        const chat = yield* chatOf({})
        const channels = [name("attic"), name("@den")]
        const error = yield* Effect.flip(operation(chat, scopedTo({ channels }), request))
        const where = operation.operation === "block" || operation.operation === "unblock" ? "@bob" : "den"
        assert.deepStrictEqual(refusalOf(error), ["OutOfScope", `This token does not include the channel ${where}`])
      }),
    )
  }
})

const world = Chat.layer.pipe(
  Layer.provide([History.layerMemory, ChannelStore.layerMemory, Layer.succeed(People, accountsOf(ann, bob))]),
)

/** Ann has made channels, and is spoken to by bob. */
const populated = Effect.gen(function* () {
  const chat = yield* Chat
  const ofBob: Caller = { ...caller, by: { user: bob } }
  for (const channel of [name("attic"), name("den"), name("pool")]) {
    yield* operations.createChannel(chat, caller, { channel })
    yield* operations.publish(chat, caller, { channel, content: `hello ${channel}` })
    yield* operations.publish(chat, ofBob, { channel, content: `hi ${channel}` })
    yield* operations.markRead(chat, caller, { channel, seq: Seq.make(1) })
  }
  yield* operations.publish(chat, caller, { channel: name("@bob"), content: "hello bob" })
  return { chat, ofBob }
})

describe("who is limited to channels", () => {
  const { listBlocked, listChannels, listUnread, search } = operations

  it.effect("is shown no other, wherever channels are listed", () =>
    Effect.gen(function* () {
      const { chat } = yield* populated
      const den = scopedTo({ channels: [name("den"), name("nowhere")] })
      const listed = yield* listChannels(chat, den, {})
      assert.deepStrictEqual(
        listed.channels.map(({ channel }) => channel),
        [name("den")],
      )
      assert.isUndefined(listed.next)
      const unread = yield* listUnread(chat, den, {})
      assert.deepStrictEqual(
        unread.channels.map(({ channel }) => channel),
        [name("den")],
      )
      const found = yield* search(chat, den, { text: "hello" })
      assert.deepStrictEqual(
        found.hits.map(({ message }) => message.content),
        ["hello den"],
      )
      const elsewhere = yield* Effect.flip(search(chat, den, { text: "hello in:#attic" }))
      assert.deepStrictEqual(refusalOf(elsewhere), ["OutOfScope", "This token does not include the channel attic"])
      assert.strictEqual((yield* search(chat, den, { text: "hello in:den" })).hits.length, found.hits.length)
      const toBob = yield* search(chat, scopedTo({ channels: [name("@BOB")] }), { text: "hello" })
      assert.deepStrictEqual(
        toBob.hits.map(({ message }) => message.content),
        ["hello bob"],
      )
      assert.strictEqual((yield* search(chat, caller, { text: "hello" })).hits.length, 4)
    }).pipe(Effect.provide(world)),
  )

  it.effect("is told of nobody who is blocked elsewhere", () =>
    Effect.gen(function* () {
      const { chat } = yield* populated
      yield* operations.block(chat, scopedTo({ channels: [name("@bob")] }), { username: bob.name })
      assert.deepStrictEqual(yield* listBlocked(chat, scopedTo({ channels: [name("den")] }), {}), [])
      for (const by of [caller, scopedTo({}), scopedTo({ channels: [name("@bob")] })]) {
        assert.deepStrictEqual(
          (yield* listBlocked(chat, by, {})).map(({ name }) => name),
          [Username.make("bob")],
        )
      }
    }).pipe(Effect.provide(world)),
  )

  it.effect("does there what it may, and what concerns no channel", () =>
    Effect.gen(function* () {
      const { chat } = yield* populated
      const den = scopedTo({ channels: [name("den")] })
      yield* operations.publish(chat, den, { channel: name("den"), content: "yes" })
      yield* operations.setTopic(chat, den, { channel: name("den"), topic: Topic.make("tea") })
      yield* operations.setStatus(chat, den, { status: "away", text: "" })
      const error = yield* Effect.flip(operations.publish(chat, den, { channel: name("attic"), content: "no" }))
      assert.strictEqual(error.reason, "OutOfScope")
    }).pipe(Effect.provide(world)),
  )

  it.effect("renames a channel to a name that it has, and to no other", () =>
    Effect.gen(function* () {
      const { chat } = yield* populated
      const rename = (channel: string, to: string) =>
        operations.renameChannel(chat, scopedTo({ channels: [name("den"), name("cave")] }), {
          channel: name(channel),
          name: name(to),
        })
      for (const [from, to] of [
        ["den", "hall"],
        ["attic", "cave"],
      ] as const) {
        assert.strictEqual((yield* Effect.flip(rename(from, to))).reason, "OutOfScope")
      }
      yield* rename("den", "cave")
    }).pipe(Effect.provide(world)),
  )
})

describe("a channel that is called otherwise since a token was made", () => {
  const den = name("den")

  it.effect("is not the one that was meant, whatever it is called by now", () =>
    Effect.gen(function* () {
      const { chat } = yield* populated
      const scope = { channels: [den], since: chat.clock.currentTimeMillisUnsafe() }
      const by: Caller = { ...scopedTo(scope), by: { user: ann, namesAsOf: scope.since } }
      yield* operations.publish(chat, by, { channel: den, content: "mine" })
      yield* TestClock.adjust(1)
      const rename = (channel: string, to: string) =>
        operations.renameChannel(chat, caller, { channel: name(channel), name: name(to) })
      yield* rename("den", "cave")
      yield* rename("attic", "den")
      const { id } = request
      const target = Seq.make(1)
      for (const channel of [den, name("cave")]) {
        const calls: ReadonlyArray<Effect.Effect<unknown, RequestError>> = [
          operations.publish(chat, by, { channel, content: "theirs" }),
          operations.editMessage(chat, by, { channel, id, target, content: "theirs" }),
          operations.deleteMessage(chat, by, { channel, id, target }),
          operations.react(chat, by, { channel, id, target, reaction: Reaction.make("+1"), on: true }),
          operations.page(chat, by, { channel }),
          operations.search(chat, by, { channel, text: "hello" }),
          operations.describe(chat, by, { channel }),
          operations.listPresent(chat, by, { channel }),
          operations.audit(chat, by, { channel }),
          operations.markRead(chat, by, { channel, seq: target }),
          operations.setTopic(chat, by, { channel, topic: Topic.make("mine") }),
          operations.configure(chat, by, { channel, access: "private" }),
          operations.renameChannel(chat, by, { channel, name: den }),
          operations.kick(chat, by, { channel, username: bob.name }),
        ]
        for (const call of calls) assert.strictEqual((yield* Effect.flip(call)).reason, "OutOfScope")
      }
      assert.deepStrictEqual((yield* operations.listChannels(chat, by, {})).channels, [])
      assert.deepStrictEqual((yield* operations.listUnread(chat, by, {})).channels, [])
      assert.deepStrictEqual((yield* operations.search(chat, by, { text: "hello" })).hits, [])
      // Who names it now means it.
      const now = chat.clock.currentTimeMillisUnsafe()
      const later: Caller = { ...scopedTo({ ...scope, since: now }), by: { user: ann, namesAsOf: now } }
      const listed = yield* operations.listChannels(chat, later, {})
      assert.deepStrictEqual(
        listed.channels.map(({ channel }) => channel),
        [den],
      )
      yield* operations.publish(chat, later, { channel: den, content: "mine, too" })
    }).pipe(Effect.provide(world)),
  )
})

describe("what is refused", () => {
  it.effect("costs none of what the user may still say", () =>
    Effect.gen(function* () {
      const chat = yield* chatOf({})
      let taken = 0
      const limits = { publishing: { take: () => ++taken }, take: () => ++taken }
      const by = { ...scopedTo({ operations: [] }), limits }
      for (const operation of everyOperation) yield* Effect.flip(operation(chat, by, request))
      assert.strictEqual(taken, 0)
    }),
  )
})
