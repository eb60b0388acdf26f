import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { frame } from "../../../src/protocol/Framing.ts"
import type { TestClient2 } from "../../../src/testing/TestClient.ts"
import { calm, member1, member2, user2 } from "../../suites/transportWorld.ts"
import { deed, type Kind, latin1 } from "./Kind.ts"

const times = (n: number) => Array.from({ length: n }, (_, at) => at)
const json = (value: unknown) => frame(Buffer.from(JSON.stringify(value)))
const many = (count: number, value: unknown) => Buffer.concat(times(count).map(() => json(value)))
const login = (username: string, password: string) => ({ type: "Login", username, password }) as const

/** Shown the door, and told why. */
const flooded = (client: TestClient2) =>
  Effect.gen(function* () {
    assert.deepInclude(yield* client.until("Disconnect"), { reason: "Flooding", reconnect: true })
    assert.deepStrictEqual(yield* client.ended, { clean: true })
  })

/** More of what would be harmless. */
export const floods: ReadonlyArray<Kind> = [
  deed("5000 pings at once", (server) =>
    Effect.gen(function* () {
      const eve = yield* member1(server, "eve")
      yield* eve.sendRaw(many(5000, { type: "Ping" }))
      while ((yield* eve.until("Error")).message !== "Kept sending over the limit");
      assert.deepStrictEqual(yield* eve.ended, { clean: true })
    }),
  ),
  deed(
    "5000 pings at once where no limit is set",
    (server) =>
      Effect.gen(function* () {
        const eve = yield* member1(server, "eve")
        yield* eve.sendRaw(many(5000, { type: "Ping" }))
        for (const _ of times(5000)) yield* eve.expect("Pong")
      }),
    { session: { frames: undefined } },
  ),
  deed(
    "3000 different requests at once where no limit is set",
    (server) =>
      Effect.gen(function* () {
        const eve = yield* member2(server, "eve", "den")
        const requests = times(1000).flatMap((n) => [
          { type: "Publish", ref: 3 * n, channel: "den", id: `m${n}`, content: "x" },
          { type: "ListChannels", ref: 3 * n + 1 },
          { type: "Join", ref: 3 * n + 2, channel: "den" },
        ])
        yield* eve.sendRaw(Buffer.concat(requests.map(json)))
        const answered = new Set<number>()
        while (answered.size < 3000) {
          const frame = yield* eve.next
          if ("ref" in frame && frame.ref !== undefined) answered.add(frame.ref)
          else assert.strictEqual(frame.type, "Message")
        }
      }),
    { session: { frames: undefined }, hub: { ...calm.hub, publishing: undefined } },
  ),
  deed("5000 malformed frames at once", (server) =>
    Effect.gen(function* () {
      const eve = yield* user2(server, "eve")
      yield* eve.sendRaw(many(5000, { type: "Dance" }))
      yield* flooded(eve)
    }),
  ),
  deed("5000 frames that are no MessagePack at once", (server) =>
    Effect.gen(function* () {
      const eve = yield* user2(server, "eve", { codecs: ["msgpack"] })
      yield* eve.sendRaw(Buffer.concat(times(5000).map(() => frame(latin1("\xc1")))))
      yield* flooded(eve)
    }),
  ),
  deed("1000 messages at once", (server) =>
    Effect.gen(function* () {
      const eve = yield* member2(server, "eve", "den")
      yield* eve.sendRaw(
        Buffer.concat(times(1000).map((n) => json({ type: "Publish", channel: "den", id: `m${n}`, content: "!" }))),
      )
      yield* flooded(eve)
    }),
  ),
  deed("1000 messages at once in version 1", (server) =>
    Effect.gen(function* () {
      const ann = yield* member1(server, "ann")
      const eve = yield* member1(server, "eve")
      yield* ann.expect("UserJoined")
      yield* eve.sendRaw(many(1000, { type: "ChatMessage", from: "", content: "!", timestamp: 0 }))
      while ((yield* eve.until("Error")).message !== "Kept sending over the limit");
      // Ten got through, no more, and then it is gone.
      for (const _ of times(10)) yield* ann.expect("ChatMessage")
      yield* ann.expect("UserLeft")
    }),
  ),
  deed("typing without an end", (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      const eve = yield* member2(server, "eve", "den")
      yield* eve.sendRaw(many(1000, { type: "Typing", channel: "den" }))
      yield* flooded(eve)
      yield* ann.ask({ type: "Publish", channel: "den", id: "1", content: "!" }, "Published")
      let typed = 0
      for (let next = yield* ann.next; next.type !== "Message"; next = yield* ann.next) {
        if (next.type === "UserTyping") typed++
      }
      assert.strictEqual(typed, 1)
    }),
  ),
  deed("a status that changes a thousand times", (server) =>
    Effect.gen(function* () {
      const eve = yield* member2(server, "eve", "den")
      yield* eve.sendRaw(
        Buffer.concat(times(1000).map((n) => json({ type: "SetStatus", status: n % 2 ? "away" : "busy" }))),
      )
      yield* flooded(eve)
    }),
  ),
  deed("a hundred wrong passwords", (server) =>
    Effect.gen(function* () {
      yield* user2(server, "ann")
      const eve = yield* server.client2()
      yield* eve.send(...times(100).map((n) => login("ann", `guess ${n}`)))
      const names: Array<string> = []
      for (const _ of times(100)) names.push((yield* eve.expect("Error")).name)
      assert.strictEqual(names.filter((name) => name === "InvalidCredentials").length, 5)
      assert.strictEqual(names.filter((name) => name === "TooManyLogins").length, 95)
    }),
  ),
  deed("a hundred wrong passwords at the same moment, from as many connections", (server) =>
    Effect.gen(function* () {
      yield* user2(server, "ann")
      const eves = yield* Effect.forEach(times(100), () => server.client1)
      yield* Effect.forEach(eves, (eve, n) => eve.send(login("ann", `guess ${n}`)), { concurrency: "unbounded" })
      const answers = yield* Effect.forEach(eves, (eve) => eve.expect("LoginResponse"))
      assert.strictEqual(answers.filter(({ message }) => message === "Invalid credentials").length, 5)
      assert.isEmpty(answers.filter(({ success }) => success))
    }),
  ),
  deed("a crowd that signs in at the same moment", (server) =>
    Effect.gen(function* () {
      const crowd = yield* Effect.forEach(times(100), () => server.client2())
      yield* Effect.forEach(crowd, (one, n) => one.send(login(`one${n}`, "x")), { concurrency: "unbounded" })
      yield* Effect.forEach(crowd, (one) => one.expect("LoggedIn"))
      assert.strictEqual((yield* server.hub.stats).users, 101)
    }),
  ),
  deed("megabytes after it was told to go", (server) =>
    Effect.gen(function* () {
      const eve = yield* member1(server, "eve")
      const junk = Buffer.concat([new Uint8Array(4), Buffer.alloc(8_000_000, "junk")])
      yield* Effect.ignore(eve.sendRaw(junk))
      assert.deepInclude(yield* eve.expect("Error"), { code: 400 })
      assert.deepStrictEqual(yield* eve.ended, { clean: true })
    }),
  ),
]
