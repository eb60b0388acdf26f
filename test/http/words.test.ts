/** What somebody is told who has only `curl`, and does not know yet what there is. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { TestServer } from "../../src/testing/TestServer.ts"

layer(TestServer.layerTcp())("what a newcomer is told", (it) => {
  it.effect("is what was wrong, and what there is instead", () =>
    Effect.gen(function* () {
      const { accounts, address } = yield* TestServer
      const user = yield* accounts.add({ name: "ann", password: Redacted.make("secret"), role: "member" })
      const { token } = yield* accounts.issueToken(user)
      const ask = (method: string, path: string, body?: unknown) =>
        Effect.promise(async () => {
          const answer = await fetch(`http://127.0.0.1:${address!.port}/api/v1${path}`, {
            method,
            headers: { authorization: `Bearer ${Redacted.value(token)}`, "content-type": "application/json" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          })
          return (await answer.json()) as { readonly detail: string; readonly field: string }
        })
      yield* ask("POST", "/channels", { channel: "kitchen" })
      const rows: ReadonlyArray<readonly [string, string, unknown, string, string]> = [
        [
          "POST",
          "/channels",
          { name: "x" },
          "name",
          "name: there is no such field, but channel, access, topic, durability",
        ],
        ["POST", "/channels", {}, "channel", "channel: it is missing"],
        [
          "POST",
          "/channels/kitchen/messages",
          { content: "x", to: "bob" },
          "to",
          "to: there is no such field, but content, file, reply_to",
        ],
        ["GET", "/channels/kitchen/messages?since=1h", undefined, "since", "since: Expected a number"],
        ["PUT", "/channels/kitchen/messages/9/reactions/ok", undefined, "seq", "There is no such message"],
      ]
      for (const [method, path, body, field, detail] of rows) {
        const told = yield* ask(method, path, body)
        assert.deepStrictEqual([told.field, told.detail], [field, detail])
      }
      assert.strictEqual((yield* ask("GET", "/")).detail, "There is nothing here: /docs shows all there is")
    }),
  )
})
