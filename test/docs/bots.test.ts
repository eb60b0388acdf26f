import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { TrustedNetworks } from "../../src/domain/TrustedNetworks.ts"
import { client } from "../../src/http/index.ts"
import { freePort } from "../../src/load/FreePort.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { examples, running } from "./examples.ts"

const [bot = ""] = examples("docs/BOTS.md", "A bot")
const [receiver = ""] = examples("docs/BOTS.md", "Outgoing webhooks")

const allow = Result.getOrThrow(TrustedNetworks.parse("loopback"))
const server = TestServer.layerTcp({ webhooks: { allow } }).pipe(
  Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")),
)

const lobby = ChannelName.make("lobby")

const tokenOf = Effect.fnUntraced(function* (name: string) {
  const { accounts } = yield* TestServer
  const user = yield* accounts.add({ name, password: Redacted.make("a long password"), role: "admin" })
  return Redacted.value((yield* accounts.issueToken(user)).token)
})

describe("the guide to bots", () => {
  it("has a bot of less than forty lines", () => {
    assert.isBelow(bot.trimEnd().split("\n").length, 40)
  })

  it.live("has a bot that does what it is told, and answers neither itself nor a webhook", () =>
    Effect.gen(function* () {
      const { address, hub } = yield* TestServer
      yield* running(bot, { TOKEN: yield* tokenOf("robot"), PORT: String(address!.port) })
      const ann = yield* hub.connect({ name: "ann" })
      yield* ann.join("lobby")
      const web = yield* hub.as({ name: "web", id: "webhook:1" })
      const said = yield* ann.events.pipe(
        Stream.tap((event) =>
          event.type === "Presence" && event.joined?.some(({ username }) => username === "robot")
            ? Effect.forEach(["!echo !echo x", "!nothing", "!shout tea"], (text) => ann.publish("lobby", text)).pipe(
                Effect.andThen(web.publish("lobby", "!echo no")),
                Effect.andThen(ann.publish("lobby", "!help")),
              )
            : Effect.void,
        ),
        Stream.filter((event) => event.type === "Message"),
        Stream.filter(({ from }) => from === "robot"),
        Stream.map(({ content }) => content),
        Stream.take(3),
        Stream.runCollect,
      )
      assert.deepStrictEqual(said, ["ann: !echo x", "ann: TEA", "ann: I know !echo, !shout, !help"])
    }).pipe(Effect.scoped, Effect.provide(server)),
  )

  it.live("has a receiver that takes what is genuine, once", () =>
    Effect.gen(function* () {
      const { address } = yield* TestServer
      const ann = yield* client({ url: `http://127.0.0.1:${address!.port}`, token: yield* tokenOf("ann") })
      const port = yield* freePort("127.0.0.1")
      const url = `http://127.0.0.1:${port}/`
      const params = { channel: lobby }
      const { secret, webhook } = yield* ann.webhooks.create({ params, payload: { url } })
      const { line } = yield* running(receiver, { SECRET: secret, PORT: String(port) })
      assert.strictEqual(yield* line, "ready")
      yield* ann.messages.publish({ params, headers: {}, payload: { content: "hello" } })
      assert.strictEqual(yield* line, "ann: hello")
      const { recent } = yield* ann.webhooks.deliveries({ params: { ...params, webhook: webhook.id } })
      assert.deepInclude(recent[0]!, { outcome: "taken", status: 204 })
      const body = JSON.stringify({ type: "Message", from: "eve", content: "trust me", delivery: "x" })
      const headers = { "webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA" }
      const forged = yield* Effect.promise(() => fetch(url, { method: "POST", body, headers }))
      assert.strictEqual(forged.status, 401)
    }).pipe(Effect.scoped, Effect.provide(server)),
  )
})
