import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import type { Message } from "../../src/protocol/v1/Message.ts"
import * as TestClient from "../../src/testing/TestClient.ts"
import type { TestServer } from "../../src/testing/TestServer.ts"
import { calm, expectNothing, member1, member2, memory, nextText, timed, user2 } from "../suites/transportWorld.ts"

type Server = TestServer["Service"]

const times = (n: number) => Array.from({ length: n }, (_, at) => at)
const publish = (id: number | string) =>
  ({ type: "Publish", channel: "den", id: String(id), content: "hello" }) as const
const say = (content: string): Message => ({ type: "ChatMessage", from: "", content, timestamp: 0 })

/** Sends pings and counts the answers by their kind. */
const ping = Effect.fnUntraced(function* (client: TestClient.TestClient2, count: number) {
  yield* client.send(...times(count).map(() => ({ type: "Ping" }) as const))
  const kinds = { Pong: 0, Error: 0 }
  for (const _ of times(count)) {
    const frame = yield* client.next
    if (frame.type === "Pong" || frame.type === "Error") kinds[frame.type]++
  }
  return kinds
})

describe("frames of any kind", () => {
  timed("are 200 at once, then 100 a second; what is over says when to try again", memory.layer(calm), (server) =>
    Effect.gen(function* () {
      const client = yield* server.client2()
      // The Connect was one.
      assert.deepStrictEqual(yield* ping(client, 199), { Pong: 199, Error: 0 })
      yield* client.send({ type: "ListChannels", ref: 7 })
      assert.deepStrictEqual<unknown>(yield* client.expect("Error"), {
        type: "Error",
        ref: 7,
        code: 400,
        name: "RateLimited",
        message: "Too many requests",
        retryable: true,
        retry_after: 10,
      })
      yield* TestClock.adjust(9)
      assert.deepStrictEqual(yield* ping(client, 1), { Pong: 0, Error: 1 })
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* ping(client, 2), { Pong: 1, Error: 1 })
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* ping(client, 101), { Pong: 100, Error: 1 })
    }),
  )

  timed("over the limit a hundred are forgiven, and one more each second", memory.layer(calm), (server) =>
    Effect.gen(function* () {
      const client = yield* server.client2()
      assert.deepStrictEqual(yield* ping(client, 299), { Pong: 199, Error: 100 })
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* ping(client, 101), { Pong: 100, Error: 1 })
      yield* client.send({ type: "Ping" })
      assert.deepStrictEqual<unknown>(yield* client.until("Disconnect"), {
        type: "Disconnect",
        code: 4506,
        reason: "Flooding",
        message: "Kept sending over the limit",
        reconnect: true,
      })
      assert.deepStrictEqual(yield* client.ended, { clean: true })
    }),
  )

  timed("that are malformed count the same", memory.layer(calm), (server) =>
    Effect.gen(function* () {
      const client = yield* server.client2()
      const malformed = Uint8Array.of(0, 0, 0, 2, 0x7b, 0x7d)
      for (const _ of times(100)) {
        yield* client.sendRaw(malformed)
        assert.strictEqual((yield* client.expect("Error")).name, "InvalidFrame")
      }
      yield* client.sendRaw(malformed)
      assert.strictEqual((yield* client.until("Disconnect")).reason, "Flooding")
    }),
  )

  timed("in version 1, too", memory.layer(calm), (server) =>
    Effect.gen(function* () {
      const client = yield* server.client1
      yield* client.send(...times(300).map((): Message => ({ type: "Ping" })))
      for (const _ of times(200)) yield* client.expect("Pong")
      for (const _ of times(100)) {
        assert.strictEqual(yield* nextText(client), '{"type":"Error","code":429,"message":"Too many requests"}')
      }
      yield* client.send({ type: "Ping" })
      while ((yield* client.expect("Error")).message !== "Kept sending over the limit");
      assert.deepStrictEqual(yield* client.ended, { clean: true })
    }),
  )

  const unlimited = { ...calm, session: { frames: undefined } }
  timed("may be thousands at once where there is no limit", memory.layer(unlimited), (server) =>
    Effect.gen(function* () {
      const client = yield* server.client2()
      assert.deepStrictEqual(yield* ping(client, 5000), { Pong: 5000, Error: 0 })
    }),
  )
})

describe("messages", () => {
  timed("are 10 at once, then 5 a second", memory.layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      for (const n of times(10)) yield* ann.ask(publish(n), "Published")
      for (const _ of times(10)) yield* ann.expect("Message")
      yield* ann.send({ ...publish(10), ref: 99 })
      assert.deepStrictEqual<unknown>(yield* ann.expect("Error"), {
        type: "Error",
        ref: 99,
        code: 400,
        name: "RateLimited",
        message: "Too many messages: try again in 0.2 s",
        retryable: true,
        retry_after: 200,
      })
      yield* TestClock.adjust(200)
      assert.strictEqual((yield* ann.ask(publish(10), "Published")).seq, 11)
      yield* ann.expect("Message")
      // What was refused did not count, and other requests go on.
      yield* ann.ask({ type: "ListChannels" }, "Channels")
      yield* TestClock.adjust("1 second")
      for (const n of times(5)) yield* ann.ask(publish(20 + n), "Published")
      yield* ann.send(publish(30))
      assert.strictEqual((yield* ann.until("Error")).name, "RateLimited")
    }),
  )

  timed("are counted for the user, over all devices", memory.layer(calm), (server) =>
    Effect.gen(function* () {
      const phone = yield* member2(server, "ann", "den")
      const laptop = yield* member2(server, "ann", "den")
      for (const n of times(5)) {
        yield* phone.ask(publish(`p${n}`), "Published")
        yield* laptop.ask(publish(`l${n}`), "Published")
      }
      for (const device of [phone, laptop]) {
        yield* device.send(publish("more"))
        assert.strictEqual((yield* device.until("Error")).name, "RateLimited")
      }
      const bob = yield* member2(server, "bob", "den")
      yield* bob.ask(publish("b"), "Published")
    }),
  )

  timed("in version 1 are refused in its words", memory.layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* member1(server, "ann")
      yield* ann.send(...times(11).map((n) => say(String(n))))
      assert.strictEqual(
        JSON.stringify(yield* ann.until("Error")),
        '{"type":"Error","code":429,"message":"Too many messages: try again in 0.2 s"}',
      )
      yield* TestClock.adjust(200)
      yield* ann.send(say("later"))
      while ((yield* ann.until("ChatMessage")).content !== "later");
    }),
  )

  timed("that keep coming over the limit end the session", memory.layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      for (const n of times(10)) yield* ann.ask(publish(n), "Published")
      for (const n of times(100)) {
        yield* ann.send(publish(`over${n}`))
        yield* ann.until("Error")
      }
      yield* ann.send(publish("more"))
      assert.strictEqual((yield* ann.until("Disconnect")).reason, "Flooding")
    }),
  )
})

/** Publishes until it is taken, each time after as long as it is told. How often it was refused. */
const obey = Effect.fnUntraced(function* (client: TestClient.TestClient2, id: string) {
  for (let refusals = 0; ; refusals++) {
    yield* client.send({ ...publish(id), ref: 1 })
    let frame = yield* client.next
    while (frame.type !== "Published" && frame.type !== "Error") {
      assert.notStrictEqual(frame.type, "Disconnect")
      frame = yield* client.next
    }
    if (frame.type === "Published") return refusals
    assert.strictEqual(frame.name, "RateLimited")
    yield* TestClock.adjust(frame.retry_after!)
  }
})

describe("who obeys is never cut off", () => {
  timed("with messages, each refused once and sent again in time", memory.layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      let refused = 0
      for (const n of times(300)) refused += yield* obey(ann, `m${n}`)
      assert.strictEqual(refused, 290)
    }),
  )

  timed("with several devices on the same limit, of which one is always quicker", memory.layer(calm), (server) =>
    Effect.gen(function* () {
      const phone = yield* member2(server, "ann", "den")
      const laptop = yield* member2(server, "ann", "den")
      for (const n of times(11)) yield* obey(laptop, `first${n}`)
      for (const n of times(150)) {
        // Whenever it comes back, the other has just been let through.
        yield* phone.send({ ...publish(`p${n}`), ref: 2 })
        assert.strictEqual((yield* phone.until("Error")).name, "RateLimited")
        yield* obey(laptop, `l${n}`)
      }
      assert.strictEqual(server.sessions.count(), 2)
    }),
  )

  timed("with many requests that come back together", memory.layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      let left = times(25).map((n) => `m${n}`)
      while (left.length > 0) {
        yield* ann.send(...left.map((id, ref) => ({ ...publish(id), ref })))
        const refused: Array<string> = []
        let wait = 0
        for (let answers = 0; answers < left.length;) {
          const frame = yield* ann.next
          assert.notStrictEqual(frame.type, "Disconnect")
          if (frame.type === "Published") answers++
          if (frame.type !== "Error") continue
          answers++
          refused.push(left[frame.ref!]!)
          wait = frame.retry_after!
        }
        left = refused
        yield* TestClock.adjust(wait)
      }
    }),
  )

  timed("with frames over the limit, each of which comes back at its own time", memory.layer(calm), (server) =>
    Effect.gen(function* () {
      const client = yield* user2(server, "ann")
      yield* client.send(...times(250).map((ref) => ({ type: "ListChannels", ref }) as const))
      const waits: Array<number> = []
      for (const _ of times(250)) {
        const frame = yield* client.next
        if (frame.type === "Error") waits.push(frame.retry_after!)
        else assert.strictEqual(frame.type, "Channels")
      }
      assert.isAtLeast(waits.length, 50)
      assert.strictEqual(new Set(waits).size, waits.length)
      let now = 0
      for (const wait of waits) {
        yield* TestClock.adjust(wait - now)
        now = wait
        yield* client.ask({ type: "ListChannels" }, "Channels")
      }
    }),
  )

  timed("but who tries twenty times a second is", memory.layer(calm), (server) =>
    Effect.gen(function* () {
      const eve = yield* member2(server, "eve", "den")
      const trying = Effect.gen(function* () {
        for (let n = 0; ; n++) {
          yield* eve.send({ ...publish(`m${n}`), ref: n })
          yield* TestClock.adjust(50)
        }
      })
      const told = yield* Effect.raceFirst(eve.until("Disconnect"), trying)
      assert.strictEqual(told.reason, "Flooding")
    }),
  )
})

describe("logins", () => {
  const stranger = (server: Server, remoteAddress: string) =>
    Effect.flatMap(server.connect({ remoteAddress }), (link) => TestClient.v2(link))
  const login = (username: string, password: string) => ({ type: "Login", username, password }) as const
  const refused = (client: TestClient.TestClient2, username: string) =>
    Effect.andThen(client.send(login(username, "wrong")), client.expect("Error"))

  timed("that fail five times close the account for 15 minutes, to the right password, too", memory.layer(), (server) =>
    Effect.gen(function* () {
      yield* user2(server, "ann")
      const client = yield* stranger(server, "192.0.2.1")
      for (const _ of times(5)) assert.strictEqual((yield* refused(client, "ann")).name, "InvalidCredentials")
      yield* TestClock.adjust("1 second")
      yield* client.send({ ...login("ann", "ann's"), ref: 3 })
      assert.deepStrictEqual<unknown>(yield* client.expect("Error"), {
        type: "Error",
        ref: 3,
        code: 401,
        name: "TooManyLogins",
        message: "Too many failed logins; try again in 899 s",
        retryable: true,
        retry_after: 899_000,
      })
      const other = yield* stranger(server, "192.0.2.2")
      assert.strictEqual((yield* refused(other, "ann")).name, "TooManyLogins")
      yield* other.ask(login("bob", "b"), "LoggedIn")
      yield* TestClock.adjust("899 seconds")
      const later = yield* stranger(server, "192.0.2.1")
      yield* later.ask(login("ann", "ann's"), "LoggedIn")
    }),
  )

  timed("say so in version 1", memory.layer(), (server) =>
    Effect.gen(function* () {
      yield* user2(server, "ann")
      const client = yield* server.client1
      for (const _ of times(5)) {
        yield* client.send(login("ann", "wrong"))
        assert.strictEqual((yield* client.expect("LoginResponse")).message, "Invalid credentials")
      }
      yield* client.send(login("ann", "ann's"))
      assert.strictEqual(
        yield* nextText(client),
        '{"type":"LoginResponse","success":false,"message":"Too many failed logins; try again in 900 s","token":null}',
      )
      yield* expectNothing(client)
    }),
  )

  timed(
    "that fail twenty times close the door to the address, an IPv6 network counts as one",
    memory.layer(),
    (server) =>
      Effect.gen(function* () {
        const names = times(20).map((n) => `user${n}`)
        for (const name of names) {
          const owner = yield* user2(server, name)
          yield* owner.link.abort
        }
        for (const [n, name] of names.entries()) {
          const client = yield* stranger(server, `2001:db8::${n + 1}`)
          assert.strictEqual((yield* refused(client, name)).name, "InvalidCredentials")
        }
        const client = yield* stranger(server, "2001:db8::ffff")
        yield* client.send(login("new", "x"))
        assert.strictEqual((yield* client.expect("Error")).name, "TooManyLogins")
        const neighbour = yield* stranger(server, "2001:db8:0:1::1")
        yield* neighbour.ask(login("new", "x"), "LoggedIn")
        const local = yield* stranger(server, "127.0.0.1")
        yield* local.ask(login("newer", "x"), "LoggedIn")
      }),
  )
})
