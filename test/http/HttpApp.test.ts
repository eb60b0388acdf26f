/** The API as a whole, through its own client. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { client } from "../../src/http/index.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { TestServer } from "../../src/testing/TestServer.ts"

const signedIn = Effect.fnUntraced(function* (name: string) {
  const { accounts, address } = yield* TestServer
  const user = yield* accounts.add({ name, password: Redacted.make("a long password"), role: "member" })
  const { token } = yield* accounts.issueToken(user)
  return yield* client({ url: `http://127.0.0.1:${address!.port}`, token })
})

layer(TestServer.layerTcp())("the HTTP API", (it) => {
  it.effect("what was published under the same key is one message", () =>
    Effect.gen(function* () {
      const ann = yield* signedIn("ann")
      const channel = ChannelName.make("rust")
      yield* ann.channels.create({ payload: { channel } })
      const publish = ann.messages.publish({
        params: { channel },
        headers: { "idempotency-key": "one" },
        payload: { content: "hello" },
      })
      const first = yield* publish
      assert.deepStrictEqual(yield* publish, first)
      const { entries } = yield* ann.messages.page({ params: { channel }, query: {} })
      assert.deepStrictEqual(
        entries.map(({ seq }) => seq),
        [first.seq],
      )
    }),
  )

  it.effect("what is refused is a problem", () =>
    Effect.gen(function* () {
      const bob = yield* signedIn("bob")
      const problem = yield* Effect.flip(bob.channels.describe({ params: { channel: ChannelName.make("nowhere") } }))
      assert.strictEqual(problem._tag, "Problem")
      assert.deepInclude(problem, { status: 404, reason: "NoSuchChannel", code: 309 })
    }),
  )
})
