import { assert, describe, it } from "@effect/vitest"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fs from "node:fs"
import * as Address from "../../../src/client/Address.ts"
import { channels, ignored } from "../../../src/cli/talk/keptNames.ts"
import { makeFolder } from "../NatterProcess.ts"

const address = (text: string) => Result.getOrThrow(Address.parse(text))

const within =
  (env: Record<string, string>) =>
  <A, E>(effect: Effect.Effect<A, E, NodeServices.NodeServices>): Effect.Effect<A, E> =>
    effect.pipe(
      Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env })),
      Effect.provide(NodeServices.layer),
    )

describe("whom one ignores", () => {
  it.effect("is kept by server, for the user alone, over restarts", () => {
    const folder = makeFolder()
    const file = `${folder}/natter/ignored.json`
    const here = within({ XDG_CONFIG_HOME: folder })
    return Effect.gen(function* () {
      const first = yield* here(ignored(address("chat.example.org:8080")))
      assert.deepStrictEqual(first.names, [])
      yield* first.keep(["Eve"])
      yield* (yield* here(ignored(address("localhost:8080")))).keep(["bob", "cy"])
      assert.strictEqual(fs.statSync(file).mode & 0o777, 0o600)
      assert.deepStrictEqual((yield* here(ignored(address("CHAT.example.org:8080")))).names, ["Eve"])
      assert.deepStrictEqual((yield* here(ignored(address("localhost:8080")))).names, ["bob", "cy"])
      // Where one was is kept apart; of what is kept at the same time the last counts.
      const places = yield* here(channels(address("chat.example.org:8080")))
      yield* Effect.forEach([["lobby"], ["lobby", "ops"], ["ops"]], (names) => places.keep(names), {
        concurrency: "unbounded",
      })
      assert.deepStrictEqual((yield* here(channels(address("chat.example.org:8080")))).names, ["ops"])
      yield* first.keep([])
      assert.deepStrictEqual((yield* here(ignored(address("chat.example.org:8080")))).names, [])
      // What somebody has damaged stops nobody from talking.
      fs.writeFileSync(file, "{")
      assert.deepStrictEqual((yield* here(ignored(address("localhost:8080")))).names, [])
      fs.rmSync(`${folder}/natter`, { recursive: true })
      fs.writeFileSync(`${folder}/natter`, "in the way")
      assert.isTrue(Result.isFailure(yield* Effect.result(first.keep(["Eve"]))))
    })
  })

  it.effect("holds for one run where there is no place to keep it", () =>
    Effect.gen(function* () {
      const nowhere = yield* within({})(ignored(address(":8080")))
      yield* nowhere.keep(["Eve"])
      assert.deepStrictEqual(nowhere.names, [])
    }),
  )
})
