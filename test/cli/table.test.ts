import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { localTime, time } from "../../src/cli/timestamp.ts"
import { printTable } from "../../src/cli/table.ts"
import * as TestConsole from "effect/testing/TestConsole"

describe("tables", () => {
  it.effect("have their columns below each other, however wide the characters are", () =>
    Effect.gen(function* () {
      yield* printTable(
        ["NAME", "ROLE"],
        [
          ["健二", "admin"],
          ["cäcilie", "member"],
          ["👩‍🚀", "member"],
        ],
      )
      assert.deepStrictEqual(yield* TestConsole.logLines, [
        "NAME     ROLE\n健二     admin\ncäcilie  member\n👩‍🚀       member",
      ])
    }),
  )

  it("have times to the minute, and programs get all of them", () => {
    const at = new Date(2026, 5, 7, 8, 9, 10).getTime()
    assert.strictEqual(localTime(at), "2026-06-07 08:09")
    assert.strictEqual(time(Date.UTC(2026, 5, 7, 8, 9, 10)), "2026-06-07T08:09:10.000Z")
    assert.isNull(localTime(null))
  })
})
