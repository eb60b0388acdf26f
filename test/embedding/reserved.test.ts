import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Hub } from "../../src/embedding/Hub.ts"
import { type Settings, TestServer } from "../../src/testing/TestServer.ts"
import { settle } from "../actor/fibers.ts"
import { cluster } from "../suites/clusterWorld.ts"
import { connect } from "./world.ts"

const password = "correct horse"

/** What version 2 answers to a name and a password. */
const login = (username: string) =>
  Effect.gen(function* () {
    // What one node does the others hear in a moment.
    yield* settle
    const client = yield* Effect.flatMap(TestServer, (server) => server.client2())
    yield* client.send({ type: "Login", ref: 1, username, password })
    const reply = yield* client.next
    return { client, outcome: reply.type === "Error" ? reply.name : reply.type, reply }
  })

/** What version 1 answers. */
const login1 = (username: string) =>
  Effect.gen(function* () {
    const client = yield* Effect.flatMap(TestServer, (server) => server.client1)
    yield* client.send({ type: "Login", username, password })
    const { message, success } = yield* client.until("LoginResponse")
    return success ? "LoggedIn" : message
  })

const reserved = Effect.gen(function* () {
  assert.strictEqual((yield* login("echo")).outcome, "UsernameTaken")
  assert.strictEqual((yield* login("ＥＣＨＯ")).outcome, "UsernameTaken")
  assert.strictEqual(yield* login1("Echo"), "Username already taken")
})

/** The program is inside one of three nodes, and people come to another. */
const ofNodes = (settings: Settings) =>
  Layer.effectContext(
    Effect.map(cluster(3, undefined, settings), ({ servers: [there, here] }) =>
      Context.make(TestServer, TestServer.of({ ...there!, hub: here!.hub })).pipe(Context.add(Hub, here!.hub)),
    ),
  )

interface World {
  readonly where: string
  readonly layer: (settings: Settings) => Layer.Layer<TestServer | Hub, unknown>
  /** Sessions of the program's own node, of one that somebody has who is no program. */
  readonly seen: number
}

const worlds: ReadonlyArray<World> = [
  { where: "one node", layer: TestServer.layerMemory, seen: 1 },
  { where: "of another node", layer: ofNodes, seen: 0 },
]

describe.for(worlds)("names of embedded users ($where)", ({ layer, seen }) => {
  for (const mode of ["guest", "open"] as const) {
    it.effect(`are nobody else's, also when they have gone (accounts: ${mode})`, () =>
      Effect.gen(function* () {
        const { hub } = yield* TestServer
        yield* Effect.scoped(Effect.andThen(hub.connect({ name: "Echo" }), reserved))
        yield* reserved
        assert.strictEqual((yield* login("other")).outcome, "LoggedIn")
        assert.strictEqual((yield* hub.stats).sessions, seen)
        // It may come back itself, more than once.
        yield* hub.connect({ name: "echo" })
        yield* hub.connect({ name: "echo" })
      }).pipe(Effect.scoped, Effect.provide(layer({ accounts: { mode } }))),
    )
  }

  it.effect("are so without a session", () =>
    Effect.gen(function* () {
      const { hub } = yield* TestServer
      yield* hub.as({ name: "echo" })
      yield* reserved
    }).pipe(Effect.scoped, Effect.provide(layer({ accounts: { mode: "guest" } }))),
  )

  it.effect("are not for an account of that name either, by password or by token", () =>
    Effect.gen(function* () {
      const { hub } = yield* TestServer
      const { client, reply } = yield* login("echo")
      assert.strictEqual(reply.type, "LoggedIn")
      const token = reply.type === "LoggedIn" ? (reply.token ?? "") : ""
      yield* hub.connect({ name: "echo" })
      // Whoever came before is shown out.
      const goodbye = yield* client.until("Disconnect")
      assert.strictEqual(goodbye.message, "This name is reserved by the service")
      yield* reserved
      const other = yield* Effect.flatMap(TestServer, (server) => server.client2())
      yield* other.send({ type: "Authenticate", token })
      assert.strictEqual((yield* other.expect("Error")).name, "UsernameTaken")
    }).pipe(Effect.scoped, Effect.provide(layer({ accounts: { mode: "open" } }))),
  )

  it.effect("a guest who came under the name before is shown out", () =>
    Effect.gen(function* () {
      const { hub } = yield* TestServer
      const { client } = yield* login("echo")
      yield* client.ask({ type: "Join", channel: "kitchen" }, "Joined")
      yield* hub.as({ name: "Echo" })
      yield* client.until("Disconnect")
      yield* settle
      assert.strictEqual((yield* hub.stats).sessions, 0)
    }).pipe(Effect.scoped, Effect.provide(layer({ accounts: { mode: "guest" } }))),
  )

  it.effect("an account for which the program acts signs in as before", () =>
    Effect.gen(function* () {
      const { accounts, hub } = yield* TestServer
      const { client, reply } = yield* login("ann")
      assert.isTrue(reply.type === "LoggedIn")
      const id = reply.type === "LoggedIn" ? reply.user_id : ""
      const ann = yield* hub.as({ name: "ann", id })
      yield* ann.createChannel("kitchen")
      assert.strictEqual((yield* login("ann")).outcome, "LoggedIn")
      const wrong = yield* Effect.flip(
        accounts.signIn({ username: "ann", password: Redacted.make("not that one"), address: "127.0.0.1" }),
      )
      assert.strictEqual(wrong._tag, "InvalidCredentials")
      // What the program makes for the account is the account's.
      yield* client.ask({ type: "SetTopic", channel: "kitchen", topic: "tea" }, "Error")
      yield* client.ask({ type: "Join", channel: "kitchen" }, "Joined")
      yield* client.ask({ type: "SetTopic", channel: "kitchen", topic: "tea" }, "Ok")
    }).pipe(Effect.scoped, Effect.provide(layer({ accounts: { mode: "open" } }))),
  )

  it.effect("are not given up while one is connected, however many others the program uses", () =>
    Effect.gen(function* () {
      yield* connect({ name: "echo", events: false })
      const hub = yield* Hub
      for (let n = 0; n < 20_001; n++) yield* hub.as({ name: `user-${n}` })
      yield* reserved
    }).pipe(Effect.scoped, Effect.provide(layer({ accounts: { mode: "guest" } }))),
  )
})
