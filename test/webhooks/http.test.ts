/** Webhooks over HTTP, as a program has them: made, told, posted to. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Result from "effect/Result"
import { createHmac } from "node:crypto"
import { inspect } from "node:util"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { Topic } from "../../src/domain/Topic.ts"
import { TrustedNetworks } from "../../src/domain/TrustedNetworks.ts"
import { Seq } from "../../src/domain/Seq.ts"
import { Username } from "../../src/domain/Username.ts"
import { client } from "../../src/http/index.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import type { WebhookId } from "../../src/webhooks/Webhook.ts"
import { type Received, receiver, status } from "./Receiver.ts"

const origin = Effect.map(TestServer, ({ address }) => `http://127.0.0.1:${address!.port}`)

const signedIn = Effect.fnUntraced(function* (name: string, role: "admin" | "member" = "member") {
  const { accounts } = yield* TestServer
  const user = yield* accounts.add({ name, password: Redacted.make("a long password"), role })
  const { token } = yield* accounts.issueToken(user)
  return Object.assign(yield* client({ url: yield* origin, token }), { user })
})

/** Why something was refused. */
const reasonOf = <A, E extends { readonly _tag: string }>(call: Effect.Effect<A, E>) =>
  Effect.map(Effect.flip(call), (error) => ("reason" in error ? error.reason : error._tag))

let channels = 0
/** Somebody, and a channel of hers. */
const owner = Effect.fnUntraced(function* (access: "public" | "private" | "readonly" = "public") {
  const channel = ChannelName.make(`den-${++channels}`)
  const ann = yield* signedIn(`ann-${channels}`)
  yield* ann.channels.create({ payload: { channel, access, topic: Topic.make("tea %0d%0aX-Topic: 1") } })
  return { ann, channel, params: { channel } }
})

/** As a program that knows the address and nothing else. */
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  Effect.flatMap(origin, (origin) =>
    Effect.promise(async () => {
      const response = await fetch(origin + path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      })
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as Record<string, unknown>,
      }
    }),
  )

const isSigned = ({ body, headers }: Received, secret: string): boolean => {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64")
  const signed = `${headers["webhook-id"] as string}.${headers["webhook-timestamp"] as string}.${body}`
  const expected = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`
  return String(headers["webhook-signature"]).split(" ").includes(expected)
}

const allow = Result.getOrThrow(TrustedNetworks.parse("127.0.0.0/8"))

layer(TestServer.layerTcp({ webhooks: { allow }, hub: { publishing: undefined } }))("webhooks over HTTP", (it) => {
  it.effect("what is said is posted there, signed, and nothing in it is a header", () =>
    Effect.gen(function* () {
      const there = yield* receiver()
      const { ann, channel, params } = yield* owner()
      const { secret, webhook } = yield* ann.webhooks.create({ params, payload: { url: there.url } })
      assert.deepInclude(webhook, { kind: "outgoing", url: there.url, by: ann.user.name })
      assert.deepStrictEqual(webhook.events, ["Message", "Edited", "Deleted", "Reacted"])
      const content = "hello 🐙\r\nX-Injected: 1"
      const { seq } = yield* ann.messages.publish({ params, headers: {}, payload: { content } })
      yield* ann.messages.edit({ params: { channel, seq }, headers: {}, payload: { content: "good bye" } })
      const [first, second] = yield* there.until(2)
      assert.isTrue(isSigned(first!, secret))
      assert.isTrue(isSigned(second!, secret))
      assert.notProperty(first!.headers, "x-injected")
      assert.deepInclude(JSON.parse(first!.body), { type: "Message", seq, channel, webhook: webhook.id })
      assert.deepInclude(JSON.parse(second!.body), { type: "Edited", target: seq, content: "good bye" })
    }),
  )

  it.effect("a secret is shown once; a new one signs beside the former", () =>
    Effect.gen(function* () {
      const there = yield* receiver()
      const { ann, params } = yield* owner()
      const created = yield* ann.webhooks.create({ params, payload: { url: there.url } })
      const one = { ...params, webhook: created.webhook.id }
      const shown = JSON.stringify([
        yield* ann.webhooks.list({ params }),
        yield* ann.webhooks.describe({ params: one }),
        yield* ann.webhooks.deliveries({ params: one }),
        yield* ann.webhooks.update({ params: one, payload: { events: ["Message"] } }),
      ])
      assert.notInclude(shown, "whsec_")
      const { secret } = yield* ann.webhooks.rotate({ params: one })
      assert.notStrictEqual(secret, created.secret)
      assert.deepInclude(yield* ann.webhooks.test({ params: one }), { outcome: "taken", status: 204, type: "Test" })
      assert.isTrue(isSigned(there.received[0]!, secret))
      assert.isTrue(isSigned(there.received[0]!, created.secret))
    }),
  )

  it.effect("what is not taken is listed, and taken when it is sent again", () =>
    Effect.gen(function* () {
      const there = yield* receiver(status(404))
      const { ann, channel, params } = yield* owner()
      const { webhook } = yield* ann.webhooks.create({ params, payload: { url: there.url } })
      yield* ann.messages.publish({ params, headers: {}, payload: { content: "hello" } })
      const one = { channel, webhook: webhook.id }
      const listed = yield* Effect.repeat(ann.webhooks.deliveries({ params: one }), {
        until: ({ dead }) => dead.length > 0,
      })
      const [letter] = listed.dead
      assert.deepInclude(letter as object, { type: "Message", attempts: 1, error: "it answered 404", seq: 1 })
      there.answer = status(204)
      const replay = { params: { ...one, delivery: letter!.delivery } }
      assert.deepInclude(yield* ann.webhooks.replay(replay), { outcome: "taken", delivery: letter!.delivery })
      assert.isEmpty((yield* ann.webhooks.deliveries({ params: one })).dead)
      assert.strictEqual(yield* reasonOf(ann.webhooks.replay(replay)), "NoSuchDelivery")
      yield* ann.webhooks.update({ params: one, payload: { enabled: false } })
      assert.strictEqual(yield* reasonOf(ann.webhooks.replay(replay)), "WebhookDisabled")
      yield* ann.messages.publish({ params, headers: {}, payload: { content: "while it is off" } })
      yield* ann.webhooks.update({ params: one, payload: { enabled: true } })
      const last = (yield* there.until(3)).at(-1)
      assert.include(last!.body, "while it is off")
      yield* ann.webhooks.delete({ params: one })
      assert.isEmpty((yield* ann.webhooks.list({ params })).webhooks)
      assert.strictEqual(yield* reasonOf(ann.webhooks.describe({ params: one })), "NoSuchWebhook")
    }),
  )

  it.effect("what cannot be a webhook is refused, and says why", () =>
    Effect.gen(function* () {
      const { ann, params } = yield* owner()
      const refused = (payload: Parameters<typeof ann.webhooks.create>[0]["payload"]) =>
        Effect.map(Effect.flip(ann.webhooks.create({ params, payload })), (error) =>
          error._tag === "Problem" ? [error.status, error.reason, error.field] : [error],
        )
      for (const url of ["http://10.0.0.1/", "https://[fd00::1]/", "ftp://example.org/", "https://a:b@example.org/"]) {
        assert.deepStrictEqual(yield* refused({ url }), [400, "InvalidWebhookUrl", "url"], url)
      }
      for (const name of ["", "a".repeat(59), "ann: yes", "a\r\nb", "two  spaces", " a", "[bot]", "\u200b"]) {
        assert.deepStrictEqual(yield* refused({ name }), [400, "InvalidFrame", "name"], JSON.stringify(name))
      }
      for (const payload of [{}, { url: "https://example.org", name: "x" }, { name: "x", events: [] }]) {
        assert.deepStrictEqual(yield* refused(payload), [400, "InvalidFrame", undefined])
      }
      const { webhook } = yield* ann.webhooks.create({ params, payload: { name: "x" } })
      const one = { ...params, webhook: webhook.id }
      assert.strictEqual(yield* reasonOf(ann.webhooks.test({ params: one })), "NotSupported")
      const url = { params: one, payload: { url: "https://example.org" } }
      assert.strictEqual(yield* reasonOf(ann.webhooks.update(url)), "InvalidFrame")
      for (let n = 1; n < 10; n++) yield* ann.webhooks.create({ params, payload: { name: "x" } })
      assert.deepStrictEqual(yield* refused({ name: "x" }), [409, "TooManyWebhooks", undefined])
    }),
  )

  it.effect("they are for who may configure the channel, and of no other", () =>
    Effect.gen(function* () {
      const { ann, channel, params } = yield* owner()
      const { webhook } = yield* ann.webhooks.create({ params, payload: { url: "https://example.org/" } })
      const bob = yield* signedIn(`bob-${channels}`)
      const one = { channel, webhook: webhook.id }
      const all = (who: typeof bob, one: { channel: ChannelName; webhook: WebhookId }) => [
        who.webhooks.list({ params: one }),
        who.webhooks.create({ params: one, payload: { name: "x" } }),
        who.webhooks.describe({ params: one }),
        who.webhooks.update({ params: one, payload: {} }),
        who.webhooks.delete({ params: one }),
        who.webhooks.rotate({ params: one }),
        who.webhooks.test({ params: one }),
        who.webhooks.deliveries({ params: one }),
        who.webhooks.replay({ params: { ...one, delivery: "x" } }),
      ]
      for (const call of all(bob, one)) assert.strictEqual(yield* reasonOf(call), "Forbidden")
      // Of a channel of his own he is the owner, and that webhook is none of its.
      const cellar = ChannelName.make(`cellar-${channels}`)
      yield* bob.channels.create({ payload: { channel: cellar } })
      for (const call of all(bob, { channel: cellar, webhook: webhook.id }).slice(2)) {
        assert.strictEqual(yield* reasonOf(call), "NoSuchWebhook")
      }
      const direct = ChannelName.make(`@${ann.user.name}`)
      for (const call of all(bob, { channel: direct, webhook: webhook.id })) {
        assert.strictEqual(yield* reasonOf(call), "Forbidden")
      }
      const root = yield* signedIn(`root-${channels}`, "admin")
      assert.lengthOf((yield* root.webhooks.list({ params })).webhooks, 1)
    }),
  )

  it.effect("who has the address says something, under the webhook's name", () =>
    Effect.gen(function* () {
      const { ann, params } = yield* owner()
      const { path, secret, webhook } = yield* ann.webhooks.create({ params, payload: { name: "Deploy 🐙" } })
      assert.strictEqual(path, `/api/v1/hooks/${webhook.id}/${secret}`)
      const first = yield* post(path!, { content: "it is out" })
      assert.strictEqual(first.status, 201)
      assert.deepInclude(first.body, { channel: params.channel, seq: 1 })
      assert.strictEqual((yield* post(path!, { text: "as Slack says it", reply_to: 1 })).status, 201)
      assert.strictEqual((yield* post(path!, { content: "to nobody", reply_to: 9 })).status, 404)
      const { entries } = yield* ann.messages.page({ params, query: {} })
      assert.deepStrictEqual(
        entries.map((entry) => entry.type === "Message" && [entry.from, entry.user_id, entry.content, entry.reply_to]),
        [
          [Username.make("Deploy 🐙 [bot]"), `webhook:${webhook.id}`, "it is out", undefined],
          [Username.make("Deploy 🐙 [bot]"), `webhook:${webhook.id}`, "as Slack says it", Seq.make(1)],
        ],
      )
      const key = { "idempotency-key": "build-7" }
      const once = yield* post(path!, { content: "once" }, key)
      assert.deepStrictEqual((yield* post(path!, { content: "once" }, key)).body, once.body)
      // Its owner may take it away, as anybody's.
      yield* ann.messages.delete({ params: { ...params, seq: entries[0]!.seq }, headers: {} })
    }),
  )

  it.effect("an address is good until it is not, and no other is known by how it is refused", () =>
    Effect.gen(function* () {
      const { ann, channel, params } = yield* owner()
      const { path, secret, webhook } = yield* ann.webhooks.create({ params, payload: { name: "x" } })
      const outgoing = yield* ann.webhooks.create({ params, payload: { url: "https://example.org/" } })
      const one = { channel, webhook: webhook.id }
      const refusal = (path: string) =>
        Effect.map(post(path, { content: "x" }), ({ body: { request_id: _, ...body }, status }) => ({ status, body }))
      const unknown = yield* refusal(`/api/v1/hooks/${"0".repeat(24)}/${secret}`)
      assert.deepInclude(unknown.body, { reason: "NoSuchWebhook", status: 404 })
      const others = [
        `/api/v1/hooks/${webhook.id}/${secret}x`,
        `/api/v1/hooks/${webhook.id}/${secret.slice(0, -1)}`,
        `/api/v1/hooks/${webhook.id}/x`,
        `/api/v1/hooks/${webhook.id.toUpperCase()}/${secret}`,
        `/api/v1/hooks/..%2f${webhook.id}/${secret}`,
        `/api/v1/hooks/${outgoing.webhook.id}/${encodeURIComponent(outgoing.secret)}`,
      ]
      for (const path of others) assert.deepStrictEqual(yield* refusal(path), unknown, path)
      yield* ann.webhooks.update({ params: one, payload: { enabled: false } })
      assert.deepStrictEqual(yield* refusal(path!), unknown)
      yield* ann.webhooks.update({ params: one, payload: { enabled: true, name: "y" } })
      assert.strictEqual((yield* post(path!, { content: "x" })).status, 201)
      const { path: next } = yield* ann.webhooks.rotate({ params: one })
      assert.deepStrictEqual(yield* refusal(path!), unknown)
      assert.strictEqual((yield* post(next!, { content: "x" })).status, 201)
      yield* ann.channels.configure({ params, payload: { archived: true } })
      assert.deepInclude((yield* refusal(next!)).body, { reason: "ChannelArchived" })
      yield* ann.channels.configure({ params, payload: { archived: false } })
      yield* ann.webhooks.delete({ params: one })
      assert.deepStrictEqual(yield* refusal(next!), unknown)
    }),
  )

  for (const access of ["private", "readonly"] as const) {
    it.effect(`it says what it was made for in a channel that is ${access}, and elsewhere under another name too`, () =>
      Effect.gen(function* () {
        const { ann, channel, params } = yield* owner(access)
        const { path } = yield* ann.webhooks.create({ params, payload: { name: "x" } })
        assert.strictEqual((yield* post(path!, { content: "one" })).status, 201)
        const name = ChannelName.make(`${channel}-b`)
        yield* ann.channels.configure({ params, payload: { name } })
        // Somebody else's, under the name of before.
        const bob = yield* signedIn(`bob-${channels}`)
        yield* bob.channels.create({ payload: { channel } })
        assert.deepInclude((yield* post(path!, { content: "two" })).body, { channel: name, seq: 2 })
        assert.isEmpty((yield* bob.messages.page({ params: { channel }, query: {} })).entries)
      }),
    )
  }

  it.effect("what is said so is bounded, in each message and in how many there are", () =>
    Effect.gen(function* () {
      const { ann, params } = yield* owner()
      const { path } = yield* ann.webhooks.create({ params, payload: { name: "x" } })
      const reasons = []
      for (const body of [
        {},
        { content: "a", text: "b" },
        { content: "" },
        { content: "a".repeat(20_001) },
        { content: 7 },
        "no json",
      ]) {
        reasons.push((yield* post(path!, body)).body["reason"])
      }
      assert.deepStrictEqual(reasons, [
        "InvalidFrame",
        "InvalidFrame",
        "EmptyMessage",
        "MessageTooLong",
        "InvalidFrame",
        "InvalidFrame",
      ])
      const told = yield* Effect.forEach(Array.from({ length: 15 }), () => post(path!, { content: "x" }))
      const limited = told.find(({ status }) => status === 429)
      assert.deepInclude(limited!.body, { reason: "RateLimited" })
      assert.match(limited!.headers.get("retry-after")!, /^[1-9]$/)
    }),
  )

  it.effect("one that answers itself can be told by the mark of what came in", () =>
    Effect.gen(function* () {
      const there = yield* receiver()
      const { ann, params } = yield* owner()
      yield* ann.webhooks.create({ params, payload: { url: there.url } })
      const { path } = yield* ann.webhooks.create({ params, payload: { name: "echo" } })
      yield* post(path!, { content: "an answer" })
      const [received] = yield* there.until(1)
      assert.deepInclude(JSON.parse(received!.body), { by_webhook: true, from: "echo [bot]" })
    }),
  )
})

const logged: Array<string> = []
const listening = Layer.mergeAll(
  Logger.layer([Logger.make((entry) => void logged.push(inspect(entry, { depth: 9 })))]),
  Layer.succeed(References.MinimumLogLevel, "Trace"),
)

layer(
  TestServer.layerTcp({ webhooks: { allow }, api: { accessLog: true }, log: "Trace" }).pipe(Layer.provide(listening)),
)("secrets of webhooks", (it) => {
  it.effect("are in no log", () =>
    Effect.gen(function* () {
      const there = yield* receiver(status(410))
      const { ann, params } = yield* owner()
      const out = yield* ann.webhooks.create({ params, payload: { url: `${there.url}?key=hidden` } })
      const { path, secret } = yield* ann.webhooks.create({ params, payload: { name: "x" } })
      yield* post(path!, { content: "x" })
      yield* post(`${path!}y`, { content: "x" })
      yield* post(path!, "no json")
      // Addresses that lead nowhere, by a slip.
      for (const slip of [`${path!}/`, `${path!}/slack`, `/api/v1/${secret}`]) yield* post(slip, { content: "x" })
      const get = `${yield* origin}${path!}`
      yield* Effect.promise(() => fetch(get))
      yield* there.until(1)
      yield* Effect.repeat(ann.webhooks.list({ params }), {
        until: ({ webhooks: [first] }) => first?.disabled === "gone",
      })
      const all = logged.join("\n")
      assert.include(all, "a webhook is disabled")
      assert.include(all, "/hooks/:webhook/:secret")
      for (const hidden of [secret, out.secret, "hidden", secret.slice(5)]) assert.notInclude(all, hidden)
    }),
  )
})
