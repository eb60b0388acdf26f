import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { transferTest } from "../../scripts/crash/transfer/TransferTest.ts"
import * as verdict from "../../scripts/crash/transfer/verdict.ts"
import { Command } from "../../scripts/Command.ts"
import { main } from "../cli/bundled.ts"
import { timeout } from "./promise.ts"

it.live(
  "a large file is the same at the service, and back, over a connection that is cut again and again",
  () =>
    Effect.gen(function* () {
      const options = { size: 16 * 1024 * 1024 + 7, cuts: 5, seed: 42 }
      const result = yield* transferTest(options)
      assert.deepStrictEqual(verdict.findings(result, options), [], verdict.text(result, options))
      assert.lengthOf(result.passages, 2)
      // What was cut off was sent again, and not all of it.
      for (const { through } of result.passages) {
        assert.isAbove(through, options.size)
        assert.isBelow(through, 2 * options.size)
      }
    }).pipe(Effect.provideService(Command, main), Effect.provide(NodeServices.layer)),
  timeout,
)
