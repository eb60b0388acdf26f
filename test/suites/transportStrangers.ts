import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { defaults } from "../../src/hub/HubSettings.ts"
import type { ClientFrame } from "../../src/protocol/v2/ClientFrame.ts"
import type { TestClient2 } from "../../src/testing/TestClient.ts"
import type { TestServer } from "../../src/testing/TestServer.ts"
import { calm, expectNothing, idOf, live, member1, nobodyLeft, user2, type World } from "./transportWorld.ts"

type Sent = typeof ClientFrame.Encoded

const channel = "den"
const done = (client: TestClient2, request: Sent) => client.ask(request, "Ok")
const join = (client: TestClient2, where = channel) => client.ask({ type: "Join", channel: where }, "Joined")
const leave = (client: TestClient2, where = channel) => client.ask({ type: "Leave", channel: where }, "Left")
const status = (client: TestClient2, text: string) => done(client, { type: "SetStatus", status: "busy", text })

/** What stands beside bob's status. */
const beside = (server: TestServer["Service"], where = channel) =>
  Effect.gen(function* () {
    const looker = yield* server.hub.as({ name: "looker" })
    const { members } = yield* looker.members(where)
    return members.find(({ username }) => username === "bob")?.text
  })

/** What people who do not want each other's company can do to each other all the same. */
export const strangers = ({ layer }: World): void => {
  live("who is blocked says nothing beside a status either", layer(calm), (server) =>
    Effect.gen(function* () {
      const [ann, bob] = [yield* user2(server, "ann"), yield* user2(server, "bob")]
      yield* join(ann, "@bob")
      yield* join(bob, "@ann")
      const shown = Effect.gen(function* () {
        const { members } = yield* (yield* server.hub.as({ name: "ann", id: idOf(ann) })).members("@bob")
        return members.find(({ username }) => username === "bob")
      })
      yield* status(bob, "before")
      assert.strictEqual((yield* shown)?.text, "before")
      yield* done(ann, { type: "Block", username: "bob" })
      assert.deepStrictEqual<unknown>(yield* shown, { username: "bob", status: "busy" })
      yield* status(bob, "you fool")
      assert.isUndefined((yield* shown)?.text)
      yield* leave(bob, "@ann")
      yield* join(bob, "@ann")
      assert.isUndefined((yield* shown)?.text)
      // It is the other one who says nothing any more.
      yield* done(ann, { type: "SetStatus", status: "away", text: "lunch" })
      yield* done(ann, { type: "Unblock", username: "bob" })
      yield* status(bob, "sorry")
      assert.strictEqual((yield* shown)?.text, "sorry")
    }),
  )

  live("an invitation by whom one has blocked is not told", layer(calm), (server) =>
    Effect.gen(function* () {
      const [ann, bob] = [yield* user2(server, "ann"), yield* user2(server, "bob")]
      yield* done(bob, { type: "CreateChannel", channel: "ann-is-a-fool", access: "private" })
      yield* done(ann, { type: "Block", username: "bob" })
      const invite = { type: "Invite", channel: "ann-is-a-fool", username: "ann" } as const
      for (let n = 0; n < 2; n++) yield* done(bob, invite)
      yield* expectNothing(ann)
      yield* done(ann, { type: "Unblock", username: "bob" })
      yield* done(bob, invite)
      yield* ann.expect("Invited")
      // That bob has blocked ann is no reason to tell her nothing.
      yield* done(bob, { type: "Block", username: "ann" })
      yield* done(bob, invite)
      yield* ann.expect("Invited")
    }),
  )

  live("in slow mode, coming with ever new texts is saying something", layer(calm), (server) =>
    Effect.gen(function* () {
      const [ann, bob] = [yield* user2(server, "ann"), yield* user2(server, "bob")]
      yield* join(ann)
      yield* done(ann, { type: "Configure", channel, slow_mode: 3_600_000 })
      yield* status(bob, "one")
      yield* join(bob)
      assert.strictEqual(yield* beside(server), "one")
      // What was shown before is nothing new, and who came with it may speak.
      yield* leave(bob)
      yield* join(bob)
      assert.strictEqual(yield* beside(server), "one")
      yield* leave(bob)
      yield* status(bob, "two")
      yield* join(bob)
      assert.strictEqual(yield* beside(server), "two")
      yield* bob.ask({ type: "Publish", channel, id: "1", content: "three" }, "Error")
      yield* leave(bob)
      yield* status(bob, "four")
      yield* join(bob)
      assert.isUndefined(yield* beside(server))
    }),
  )

  live("where only moderators speak, and where nobody does, no text stands beside a status", layer(calm), (server) =>
    Effect.gen(function* () {
      const [ann, bob] = [yield* user2(server, "ann"), yield* user2(server, "bob")]
      yield* done(ann, { type: "CreateChannel", channel, access: "readonly" })
      yield* done(ann, { type: "CreateChannel", channel: "attic" })
      yield* done(ann, { type: "Configure", channel: "attic", archived: true })
      yield* status(bob, "hear me")
      for (const where of [channel, "attic"]) {
        yield* join(bob, where)
        assert.isUndefined(yield* beside(server, where))
      }
      yield* status(bob, "hear me now")
      for (const where of [channel, "attic"]) assert.isUndefined(yield* beside(server, where))
      yield* done(ann, { type: "SetRole", channel, username: "bob", role: "moderator" })
      yield* status(bob, "hear")
      assert.strictEqual(yield* beside(server), "hear")
    }),
  )

  live("who reads the same again tells nobody", layer(calm), (server) =>
    Effect.gen(function* () {
      const [ann, bob] = [yield* user2(server, "ann"), yield* user2(server, "bob")]
      yield* join(ann)
      yield* join(bob)
      for (const id of ["1", "2"]) yield* ann.ask({ type: "Publish", channel, id, content: id }, "Published")
      for (let n = 0; n < 2; n++) yield* ann.expect("Message")
      const reads = (seq: number) => done(bob, { type: "Read", channel, seq })
      for (let n = 0; n < 3; n++) yield* reads(1)
      assert.strictEqual((yield* ann.expect("ReadMarker")).seq, 1)
      yield* expectNothing(ann)
      yield* reads(2)
      assert.strictEqual((yield* ann.expect("ReadMarker")).seq, 2)
      // It never goes back.
      yield* reads(1)
      yield* expectNothing(ann)
    }),
  )

  live("what shows nothing is no topic, no text beside a status and no reaction", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* user2(server, "ann")
      yield* join(ann)
      const { seq } = yield* ann.ask({ type: "Publish", channel, id: "1", content: "hello" }, "Published")
      const refused = Effect.fnUntraced(function* (request: Sent) {
        const { field, name } = yield* ann.ask(request, "Error")
        assert.strictEqual(name, "InvalidFrame")
        return field
      })
      for (const text of ["\u0301", "\u20e3\u0301", "\u{13441}", "\u{1d159}"]) {
        assert.strictEqual(yield* refused({ type: "SetTopic", channel, topic: text }), "topic")
        assert.strictEqual(yield* refused({ type: "CreateChannel", channel: "attic", topic: text }), "topic")
        assert.strictEqual(yield* refused({ type: "SetStatus", status: "online", text }), "text")
        const react = { type: "React", channel, id: `r${text.codePointAt(0)}`, target: seq, reaction: text } as const
        assert.strictEqual(yield* refused(react), "reaction")
      }
      // Nothing at all is none, and what was said before can be taken back.
      yield* done(ann, { type: "SetTopic", channel, topic: "" })
      yield* done(ann, { type: "SetStatus", status: "online", text: "" })
      yield* ann.ask({ type: "React", channel, id: "back", target: seq, reaction: "\u0301", on: false }, "Published")
    }),
  )

  const visits = { burst: 2, perSecond: 0.001 }
  const slowly = { hub: { operations: { perAddress: 10, kinds: { ...defaults.operations!.kinds, visits } } } }
  live("who comes by version 1 again and again enters the lobby as often as anybody", layer(slowly), (server) =>
    Effect.gen(function* () {
      for (let n = 0; n < 2; n++) {
        yield* Effect.scoped(member1(server, "ann"))
        yield* nobodyLeft(server)
      }
      const ann = yield* server.client1
      yield* ann.send({ type: "Login", username: "ann", password: "ann's" })
      yield* ann.expect("LoginResponse")
      assert.deepInclude(yield* ann.expect("Error"), { code: 503 } as object)
      yield* ann.ended
    }),
  )
}
