import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { fileCrash } from "../../scripts/crash/files/FileCrash.ts"
import { timeout } from "./promise.ts"

it.live(
  "a process that is killed while files come has lost nothing of them, and serves none that is not whole",
  () =>
    Effect.gen(function* () {
      const { bytes, findings, resumed, whole } = yield* fileCrash({ kills: 4, seed: 42 })
      assert.deepStrictEqual(findings, [])
      // What this is about has happened.
      assert.isAbove(bytes, 1_000_000)
      assert.isAbove(whole, 0)
      assert.isAbove(resumed, 0)
    }).pipe(Effect.provide(NodeFileSystem.layer)),
  timeout,
)
