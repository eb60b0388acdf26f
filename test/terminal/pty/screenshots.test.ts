import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { folder, take } from "../../../scripts/docs/Screenshots.ts"
// A process has to start.
import "../../cli/NatterProcess.ts"

describe("the screenshots in the docs", () => {
  it.live("are what is shown", () =>
    Effect.gen(function* () {
      for (const [name, text] of yield* take) {
        const file = path.join(import.meta.dirname, "../../..", folder, name)
        assert.strictEqual(fs.readFileSync(file, "utf8"), text, `renew them: node scripts/docs/Screenshots.ts`)
      }
    }),
  )
})
