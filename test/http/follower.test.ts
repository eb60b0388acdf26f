/** Two processes: one talks over TCP, the other over HTTP and Server-Sent Events alone. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { spawn } from "node:child_process"
import * as path from "node:path"
import { TestServer } from "../../src/testing/TestServer.ts"
import { user2 } from "../suites/transportWorld.ts"

interface Line {
  readonly read?: ReadonlyArray<number>
  readonly published?: { readonly seq: number }
  readonly status?: number
  readonly heard?: { readonly seq: number; readonly from: string; readonly content: string }
}

const follow = (env: Readonly<Record<string, string>>) =>
  Effect.callback<ReadonlyArray<Line>>((resume) => {
    const child = spawn(process.execPath, [path.join(import.meta.dirname, "fixtures/follower.ts")], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    })
    let said = ""
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()))
    child.on("close", () => {
      const lines = said.split("\n").filter((line) => line !== "")
      resume(Effect.succeed(lines.map((line) => JSON.parse(line) as Line)))
    })
    return Effect.sync(() => child.kill())
  })

it.live("who follows a conversation over HTTP alone hears the same, in the same order", () =>
  Effect.gen(function* () {
    const server = yield* TestServer
    const [channel, password] = ["den", "ann's"]
    yield* server.accounts.add({ name: "ann", password: Redacted.make(password), role: "member" })
    const bob = yield* server.accounts.add({ name: "bob", password: Redacted.make("bob's"), role: "member" })
    const { token } = yield* server.accounts.issueToken(bob)
    const ann = yield* user2(server, "ann")
    yield* ann.ask({ type: "Join", channel }, "Joined")
    yield* ann.ask({ type: "Publish", channel, id: "a-1", content: "before" }, "Published")
    const talk = Effect.gen(function* () {
      let next = yield* ann.next
      while (!(next.type === "Message" && next.from === "bob")) next = yield* ann.next
      for (const content of ["welcome", "soup?", "bye"]) {
        yield* ann.ask({ type: "Publish", channel, id: content, content }, "Published")
      }
      return next
    })
    const url = `http://127.0.0.1:${server.address!.port}`
    const env = { NATTER: url, TOKEN: Redacted.value(token), CHANNEL: channel }
    const [lines, first] = yield* Effect.all([follow(env), talk], { concurrency: "unbounded" })
    assert.strictEqual(first.type === "Message" && `${first.seq} ${first.content}`, "2 here I am")
    assert.deepStrictEqual(
      lines.flatMap(({ read }) => (read === undefined ? [] : [read])),
      [[1]],
    )
    // The second time it was not said again.
    const published = lines.filter((line) => line.published !== undefined)
    assert.deepStrictEqual(
      published.map(({ published, status }) => [status, published?.seq]),
      [
        [201, 2],
        [201, 2],
      ],
    )
    const heard = lines.flatMap((line) => line.heard ?? [])
    assert.deepStrictEqual(
      heard.map(({ content, from, seq }) => `${seq} ${from}: ${content}`),
      ["2 bob: here I am", "3 ann: welcome", "4 ann: soup?", "5 ann: bye"],
    )
  }).pipe(Effect.scoped, Effect.provide(TestServer.layerTcp())),
)
