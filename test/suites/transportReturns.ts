/** Coming back to a channel: to that one, whatever has become of its name, and to no other. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { ClientFrame } from "../../src/protocol/v2/ClientFrame.ts"
import type { TestClient2 } from "../../src/testing/TestClient.ts"
import { calm, live, member2, user2, type World } from "./transportWorld.ts"

type Sent = typeof ClientFrame.Encoded

const done = (client: TestClient2, request: Sent) => client.ask(request, "Ok")
const enter = (client: TestClient2, channel: string, id?: string) =>
  client.ask({ type: "Join", channel, ...(id === undefined ? {} : { id }) }, "Joined")
const refusal = (client: TestClient2, channel: string, id: string) =>
  Effect.map(client.ask({ type: "Join", channel, id }, "Error"), ({ name }) => name)
const kitchen: Sent = { type: "RenameChannel", channel: "kitchen", name: "tearoom" }

export const returns = ({ layer }: World): void => {
  live("who comes back enters the channel that was meant, under the name that it has by now", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "kitchen")
      const bob = yield* user2(server, "bob")
      const { history, id } = yield* enter(bob, "kitchen")
      yield* bob.ask({ type: "Leave", channel: "kitchen" }, "Left")
      yield* done(ann, kitchen)
      // Its old name is another's by now.
      const cat = yield* member2(server, "cat", "kitchen")
      const back = yield* enter(bob, "kitchen", id!)
      assert.deepStrictEqual<unknown>([back.channel, back.id, back.history], ["tearoom", id, history])
      // In it already, and in both.
      assert.strictEqual(yield* refusal(bob, "kitchen", id!), "AlreadyMember")
      const other = yield* enter(bob, "kitchen")
      assert.notStrictEqual(other.id, id)
      assert.isUndefined(other.role)
      assert.strictEqual(yield* refusal(bob, "kitchen", id!), "AlreadyMember")
      yield* cat.ask({ type: "Publish", channel: "kitchen", id: "1", content: "new" }, "Published")
      assert.strictEqual((yield* bob.until("Message")).channel, "kitchen")
      yield* bob.ask({ type: "Leave", channel: "kitchen" }, "Left")
      yield* bob.ask({ type: "Leave", channel: "tearoom" }, "Left")
    }),
  )

  live("nothing is made by who comes back: what is not there, private or forbidden is refused", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "kitchen")
      const bob = yield* user2(server, "bob")
      const id = (yield* enter(bob, "kitchen")).id!
      yield* bob.ask({ type: "Leave", channel: "kitchen" }, "Left")
      assert.strictEqual(yield* refusal(bob, "nowhere", "no-such-id"), "NoSuchChannel")
      assert.strictEqual(yield* refusal(bob, "kitchen", "no-such-id"), "NoSuchChannel")
      yield* done(ann, kitchen)
      yield* done(ann, { type: "Ban", channel: "tearoom", username: "bob" })
      assert.strictEqual(yield* refusal(bob, "kitchen", id), "Banned")
      yield* done(ann, { type: "Unban", channel: "tearoom", username: "bob" })
      yield* done(ann, { type: "Configure", channel: "tearoom", access: "private" })
      assert.strictEqual(yield* refusal(bob, "kitchen", id), "Forbidden")
      yield* done(ann, { type: "Configure", channel: "tearoom", access: "public", archived: true })
      assert.strictEqual((yield* enter(bob, "kitchen", id)).archived, true)
      // Nobody has made a channel by all that.
      assert.deepStrictEqual((yield* bob.ask({ type: "ListChannels" }, "Channels")).channels, [])
    }),
  )

  live(
    "a channel of a history that is gone is entered by its name, and of one that is there by its id",
    layer(calm),
    (server) =>
      Effect.gen(function* () {
        const ann = yield* member2(server, "ann", "kitchen")
        const bob = yield* user2(server, "bob")
        const { history, id } = yield* enter(bob, "kitchen")
        yield* bob.ask({ type: "Leave", channel: "kitchen" }, "Left")
        const back = (channel: string, id: string, history: string) =>
          ({ type: "Join", channel, id, history }) satisfies Sent
        const gone = yield* bob.ask(back("attic", "no-such-id", history!), "Error")
        assert.strictEqual(gone.name, "NoSuchChannel")
        assert.strictEqual((yield* bob.ask(back("attic", "no-such-id", "of yesterday"), "Joined")).role, "owner")
        // A copy brings back the ids: what the channel is called now counts.
        yield* done(ann, kitchen)
        assert.strictEqual((yield* bob.ask(back("kitchen", id!, "of yesterday"), "Joined")).channel, "tearoom")
        yield* bob.ask({ type: "Leave", channel: "tearoom" }, "Left")
        yield* done(ann, { type: "Ban", channel: "tearoom", username: "bob" })
        assert.strictEqual((yield* bob.ask(back("kitchen", id!, "of yesterday"), "Error")).name, "Banned")
      }),
  )

  live("a conversation is with somebody, not with a name", layer(calm), (server) =>
    Effect.gen(function* () {
      yield* user2(server, "ann")
      const bob = yield* user2(server, "bob")
      const { id } = yield* enter(bob, "@ann")
      yield* bob.ask({ type: "Leave", channel: "@ann" }, "Left")
      assert.strictEqual(yield* refusal(bob, "@ann", "somebody-else"), "NoSuchUser")
      assert.strictEqual((yield* enter(bob, "@ann", id!)).id, id)
    }),
  )

  live("a status that was wished earlier does not undo what was wished later", layer(), (server) =>
    Effect.gen(function* () {
      const phone = yield* member2(server, "ann", "den")
      const laptop = yield* user2(server, "ann")
      yield* done(phone, { type: "SetStatus", status: "away", text: "lunch" })
      yield* done(laptop, { type: "SetStatus", status: "online" })
      yield* done(phone, { type: "SetStatus", status: "away", text: "lunch", age: 60_000 })
      const watching = yield* user2(server, "bob")
      assert.deepInclude((yield* enter(watching, "den")).members, { username: "ann", status: "online" } as never)
    }),
  )
}
