import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ConnectionError, SqlError, UnknownError } from "effect/sql/SqlError"
import { unavailable } from "../../src/domain/StoreTrouble.ts"
import { asHistoryError } from "../../src/storage/internal/asHistoryError.ts"
import { asStorageError } from "../../src/storage/internal/asStorageError.ts"
import { DatabaseError } from "../../src/storage/Sqlite.ts"

const failing = (fields: object) =>
  Effect.fail(new SqlError({ reason: new UnknownError({ cause: Object.assign(new Error("no"), fields) }) }))
const refused = Effect.fail(new SqlError({ reason: new ConnectionError({ cause: new Error("ECONNREFUSED") }) }))

it("a database that cannot be opened on a full disk says what to do", () => {
  const { message } = new DatabaseError({ file: "natter.db", problem: "database or disk is full", cause: "" })
  assert.match(message, /no room left on its disk\. Make some/)
})

it.effect.each([
  ["SQLite's full disk", failing({ errcode: 13 }), "full"],
  ["SQLite's full disk, extended", failing({ errcode: 13 | (2 << 8) }), "full"],
  ["Postgres' full disk", failing({ code: "53100" }), "full"],
  ["a lost connection", refused, "away"],
  ["SQLite's broken disk", failing({ errcode: 10 | (3 << 8) }), "away"],
  ["a database that somebody else writes to", failing({ errcode: 5 }), undefined],
] as const)("%s is told for what it is", ([, failure, trouble]) =>
  Effect.gen(function* () {
    const errors = [
      yield* Effect.flip(asHistoryError("append", { leavesDoubt: () => false })(failure)),
      yield* Effect.flip(asStorageError(failure)),
    ]
    for (const error of errors) assert.strictEqual(error.trouble, trouble)
    const { message, reason } = unavailable(trouble)
    assert.strictEqual(reason, "Unavailable")
    assert.strictEqual(message.includes("too busy"), trouble === undefined)
    assert.strictEqual(message.includes("full"), trouble === "full")
  }),
)
