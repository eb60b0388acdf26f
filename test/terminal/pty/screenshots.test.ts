import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { folder, server, take } from "../../../scripts/docs/Screenshots.ts"
// A process has to start.
import "../../cli/NatterProcess.ts"

const inDocs = (name: string) => fs.readFileSync(path.join(import.meta.dirname, "../../..", folder, name), "utf8")

describe("the screenshots in the docs", () => {
  it.live("are what is shown", () =>
    Effect.gen(function* () {
      for (const [name, text] of yield* take(inDocs)) {
        assert.strictEqual(text, inDocs(name), `renew them: npm run screenshots`)
      }
    }).pipe(Effect.provide(server)),
  )
})
