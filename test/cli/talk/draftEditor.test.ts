import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { write } from "../../../src/cli/talk/draftEditor.ts"

describe("a draft in an editor of one's own", () => {
  it.effect("is what was written, and what is too long for a message is kept in the file", () =>
    Effect.gen(function* () {
      const by = (length: number) => write({ VISUAL: `head -c ${length} /dev/zero | tr '\\0' x >` })("")
      assert.lengthOf(yield* by(16_000), 16_000)
      const { message } = yield* Effect.flip(by(20_000))
      const [, file = ""] = /too long for a message by 4000 characters or more; it is in (\S+), /.exec(message) ?? []
      assert.strictEqual(fs.readFileSync(file, "utf8").length, 20_000)
      fs.rmSync(path.dirname(file), { recursive: true })
    }),
  )
})
