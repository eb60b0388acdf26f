import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import * as OldRelease from "../../scripts/cluster/OldRelease.ts"

describe("the release before", () => {
  it.live("is what a folder has", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* OldRelease.natter("."), path.resolve("src/cli/main.ts"))
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
  )

  it.live("is neither a folder without one nor a commit that there is not", () =>
    Effect.gen(function* () {
      for (const old of ["test", "--help", "no such commit"]) {
        const error = yield* Effect.flip(OldRelease.natter(old))
        assert.include(error.message, `${old} is no folder with a release in it, and no commit or tag`)
      }
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
  )
})
