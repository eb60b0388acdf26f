/** What a client comes back to: behind a restart, and at another node. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { KeptClients } from "../../src/accounts/KeptClients.ts"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { HistoryId } from "../../src/domain/HistoryId.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { ClientState } from "../../src/mqtt/ClientState.ts"
import * as KeptState from "../../src/mqtt/KeptState.ts"
import { ChatServer } from "../../src/server/ChatServer.ts"
import { defaults, type ServerSettings } from "../../src/server/ServerSettings.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { cluster } from "../suites/clusterWorld.ts"
import { connectTo } from "./world.ts"

const kept = { clientId: "phone", clean: false, properties: { sessionExpiryInterval: 60 } }
const quietly = Effect.provideService(References.MinimumLogLevel, "None")

const folder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "natter-"))),
  (data) => Effect.sync(() => fs.rmSync(data, { recursive: true })),
)

describe("what a client of MQTT comes back to", () => {
  for (const gateways of [0, 1]) {
    it.live(
      gateways === 0 ? "is kept over a restart" : "is kept over a restart where a thread has the connections",
      () =>
        Effect.gen(function* () {
          const settings: ServerSettings = {
            ...defaults,
            gateways,
            data: yield* folder,
            tcp: { ...defaults.tcp, port: 0 },
            page: { ...defaults.page, enabled: false },
          }
          /** Runs the service while something is done there, and ends it in order. */
          const running = <A, E>(body: (port: number) => Effect.Effect<A, E, Scope.Scope>) =>
            Effect.gen(function* () {
              const scope = yield* Scope.make()
              const context = yield* Layer.build(Layer.fresh(ChatServer.layer(settings))).pipe(Scope.provide(scope))
              // Clients are cut off by the end of the service, and go afterwards.
              const result = yield* body(Context.get(context, ChatServer).address.port)
              yield* Scope.close(scope, Exit.void)
              return result
            })
          yield* running((port) =>
            Effect.gen(function* () {
              const ann = yield* connectTo(port, kept)
              assert.isFalse(ann.sessionPresent)
              yield* ann.subscribe("natter/den")
              yield* ann.subscribe("natter/den/topic")
              const bob = yield* connectTo(port, { username: "bob" })
              yield* bob.publish("natter/den", "m1")
              assert.strictEqual((yield* ann.next).text, "m1")
              // That is acknowledged when this is answered.
              yield* ann.publish("natter/den", "mine")
              assert.strictEqual((yield* ann.next).text, "mine")
              yield* ann.subscribe("natter/hall", { qos: 1, nl: true })
              const gone = yield* connectTo(port, { ...kept, clientId: "desk" })
              yield* gone.subscribe("natter/den")
              yield* gone.end()
            }),
          )
          yield* running((port) =>
            Effect.gen(function* () {
              const bob = yield* connectTo(port, { username: "bob" })
              yield* bob.publish("natter/den", "m2")
              for (const clientId of ["phone", "desk"]) {
                const ann = yield* connectTo(port, { ...kept, clientId })
                assert.isTrue(ann.sessionPresent, clientId)
                const heard = yield* ann.next
                // What was acknowledged does not come again, but perhaps the last, whose acknowledgement was on its way.
                assert.strictEqual(heard.text === "mine" ? (yield* ann.next).text : heard.text, "m2", clientId)
              }
              const ann = yield* connectTo(port, kept)
              yield* bob.publish("natter/hall", "to the hall")
              assert.strictEqual((yield* ann.next).text, "to the hall")
              // Who starts anew has nothing of before.
              assert.isFalse((yield* connectTo(port, { ...kept, clientId: "desk", clean: true })).sessionPresent)
            }),
          )
        }).pipe(Effect.scoped, quietly),
      30_000,
    )
  }

  it.live("is had at another node, once the connection there is over", () =>
    Effect.gen(function* () {
      const shared = Layer.succeed(KeptClients, Context.get(yield* Layer.build(KeptClients.layerMemory), KeptClients))
      const { servers } = yield* cluster(
        2,
        () => 1,
        { hub: { publishing: undefined } },
        (settings) => TestServer.layerTcp(settings).pipe(Layer.provide(shared)),
      )
      const [here, there] = servers.map(({ address }) => address!.port)
      const bob = yield* connectTo(here!, { username: "bob" })
      const first = yield* connectTo(here!, kept)
      yield* first.subscribe("natter/den")
      yield* first.end()
      yield* bob.publish("natter/den", "missed")
      const second = yield* connectTo(there!, kept)
      assert.isTrue(second.sessionPresent)
      assert.strictEqual((yield* second.next).text, "missed")
      // Whose connection is still there has it.
      assert.isFalse((yield* connectTo(here!, kept)).sessionPresent)
    }).pipe(Effect.scoped, quietly),
  )

  it("is the same when it is read as when it was written", () => {
    const state = new ClientState("mq1.")
    state.directs = { qos: 0, noLocal: true, retainAsPublished: false, id: 7 }
    state.unreleased.set(9, "stored").set(10, "pending")
    state.own(MessageId.make("m-1"))
    const again = state.idFor(3, "mark", false)
    const den = state.placeFor(ChannelName.make("den"))
    den.id = ChannelId.make("c-1")
    den.history = HistoryId.make("h-1")
    den.messages = { qos: 1, noLocal: false, retainAsPublished: true, id: undefined }
    den.sent = 8
    const id = state.freeId()
    state.inFlight.set(id, { place: den, seq: 8 })
    state.disconnected()
    const text = KeptState.write(state.kept)
    const read = ClientState.from(KeptState.read(text)!)
    assert.strictEqual(KeptState.write(read.kept), text)
    assert.deepStrictEqual([...read.unreleased], [[9, "stored"]])
    assert.strictEqual(read.idFor(3, "mark", true), again)
    assert.isTrue(read.isOwn("m-1"))
    assert.isTrue(read.isTaken(id))
    assert.notStrictEqual(read.freeId(), id)
    const place = read.place(ChannelName.make("den"))!
    assert.deepStrictEqual([...place.again, place.sentBefore], [[8, id], 8])
    for (const text of ["", "{}", "[]", "{"]) assert.isUndefined(KeptState.read(text))
  })
})
