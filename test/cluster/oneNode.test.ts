/** What wants one node for both sides says so where it has come to another. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestServer } from "../../src/testing/TestServer.ts"
import { cluster } from "../suites/clusterWorld.ts"
import { alone, member1 } from "../suites/transportWorld.ts"

describe("at another node", () => {
  alone("whoever asks for the stream of a session over Server-Sent Events again is told what to do about it", () =>
    Effect.gen(function* () {
      const { servers } = yield* cluster(2, undefined, {}, TestServer.layerSse)
      const at = (node: number, path: string, init?: RequestInit) =>
        Effect.promise(() => fetch(`http://127.0.0.1:${servers[node]!.address!.port}${path}`, init))
      const stream = yield* at(0, "/sse?protocol=natter.v2.json")
      const reader = stream.body!.getReader()
      const text = new TextDecoder().decode((yield* Effect.promise(() => reader.read())).value)
      const [, key] = /"key":"([\w-]+)"/.exec(text)!
      const ping = { method: "POST", body: '{"type":"Ping"}' }
      for (const node of [0, 1]) assert.strictEqual((yield* at(node, `/sse/${key}`, ping)).status, 204)
      const answer = yield* at(1, `/sse?last_event_id=${key}.0`)
      assert.strictEqual(answer.status, 404)
      const { detail } = (yield* Effect.promise(() => answer.json())) as { readonly detail: string }
      assert.match(detail, /begin a new one here$/)
      yield* Effect.promise(() => reader.cancel())
    }),
  )

  alone("nobody is shown a file of version 1, which its sender is told", () =>
    Effect.gen(function* () {
      const { servers } = yield* cluster(2, () => 1)
      const ann = yield* member1(servers[0]!, "ann")
      const bob = yield* member1(servers[1]!, "bob")
      yield* ann.until("UserJoined")
      yield* ann.send({ type: "FileTransferRequest", from: "ann", filename: "tea.jpg", size: 3 })
      assert.match((yield* ann.expect("Error")).message, /^Nobody at your node can take it/)
      assert.deepStrictEqual(yield* ann.expect("FileTransferResponse"), {
        type: "FileTransferResponse",
        accept: false,
        transfer_id: null,
      })
      // What is said goes there.
      yield* ann.send({ type: "ChatMessage", from: "ann", content: "look", timestamp: 0 })
      assert.strictEqual((yield* bob.until("ChatMessage")).content, "look")
    }),
  )
})
