/** What the stores make of the database's errors. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import {
  ConnectionError,
  ConstraintError,
  LockTimeoutError,
  SqlError,
  type SqlErrorReason,
  UniqueViolation,
  UnknownError,
} from "effect/sql/SqlError"
import { NameTaken } from "../../src/accounts/AccountError.ts"
import { HistoryError } from "../../src/history/HistoryError.ts"
import { asHistoryError } from "../../src/storage/internal/asHistoryError.ts"
import { asStorageError } from "../../src/storage/internal/asStorageError.ts"
import { isAway, nameOf } from "../../src/storage/internal/postgresAway.ts"
import { postgres } from "../../src/storage/internal/postgresDialect.ts"
import { sqlite } from "../../src/storage/internal/sqliteDialect.ts"
import { toFailure } from "../../src/storage/internal/sqliteMessages.ts"
import { troubleOf } from "../../src/storage/internal/trouble.ts"

const error = (fields: object, message = "no") => Object.assign(new Error(message), fields)
const unknown = (cause: unknown, operation = "execute") => new UnknownError({ cause, operation })

describe("what became of a batch, as an error tells", () => {
  const reasonOf = (reason: SqlErrorReason, dialect: Parameters<typeof asHistoryError>[1]) =>
    Effect.fail(new SqlError({ reason })).pipe(asHistoryError("append", dialect), Effect.flip, Effect.runSync)

  it("is that nothing was stored where the database says so, or was not asked", () => {
    for (const dialect of [sqlite, postgres]) {
      for (const reason of [
        unknown(error({ errcode: 13 })),
        unknown(error({ code: "53100", severity: "ERROR" })),
        unknown("a word"),
        unknown(null),
        new LockTimeoutError({ cause: error({ errcode: 5 }) }),
        new ConstraintError({ cause: error({ errcode: 19 }) }),
        new ConnectionError({ cause: error({}), operation: "connect" }),
        unknown(error({ errcode: 10, severity: "FATAL" }), "connect"),
      ]) {
        assert.strictEqual(reasonOf(reason, dialect).reason, "Unavailable", reason._tag)
      }
    }
  })

  it("is not known where the connection, or the database's thread, was lost while it ran", () => {
    for (const dialect of [sqlite, postgres]) {
      for (const operation of ["execute", undefined]) {
        assert.strictEqual(reasonOf(new ConnectionError({ cause: error({}), operation }), dialect).reason, "Unsure")
      }
    }
  })

  it("is not known where the disk has failed, or the server ended with its last word", () => {
    for (const errcode of [10, 10 | (3 << 8), 10 | (4 << 8)]) {
      assert.strictEqual(reasonOf(unknown(error({ errcode })), sqlite).reason, "Unsure")
    }
    for (const errcode of [0, 1, 11, 13, 26, "10"]) {
      assert.strictEqual(reasonOf(unknown(error({ errcode })), sqlite).reason, "Unavailable")
    }
    for (const [severity, reason] of [
      ["FATAL", "Unsure"],
      ["PANIC", "Unsure"],
      ["ERROR", "Unavailable"],
      ["WARNING", "Unavailable"],
    ] as const) {
      assert.strictEqual(reasonOf(unknown(error({ severity })), postgres).reason, reason)
    }
    assert.strictEqual(reasonOf(unknown(error({ severity: "FATAL" })), sqlite).reason, "Unavailable")
    assert.strictEqual(reasonOf(unknown(error({ errcode: 10 })), postgres).reason, "Unavailable")
  })

  it("is that an id was there before, or that somebody else has appended", () => {
    for (const [constraint, reason] of [
      ["ids_once", "Duplicate"],
      ["ids.channel, ids.user_id, ids.id", "Duplicate"],
      ["entries_pkey", "Conflict"],
      ["entries.channel, entries.seq", "Conflict"],
    ] as const) {
      const violation = new UniqueViolation({ cause: error({}), constraint, operation: "execute" })
      assert.strictEqual(reasonOf(violation, sqlite).reason, reason)
    }
  })

  it("comes with what was done, why it failed, and what the database said", () => {
    const full = new SqlError({ reason: unknown(error({ errcode: 13 })) })
    const told = Effect.runSync(Effect.flip(asHistoryError("mark", sqlite)(Effect.fail(full))))
    assert.deepStrictEqual([told.operation, told.trouble, told.cause], ["mark", "full", full])
    const own = new HistoryError({ reason: "Conflict", operation: "append" })
    assert.strictEqual(Effect.runSync(Effect.flip(asHistoryError("load", sqlite)(Effect.fail(own)))), own)
  })
})

describe("what a store of accounts says of an error", () => {
  const told = <E>(error: E) => Effect.runSync(Effect.flip(asStorageError(Effect.fail(error))))

  it("is whether trying again may help, and what is wrong", () => {
    const away = new SqlError({ reason: new ConnectionError({ cause: error({}) }) })
    assert.deepInclude(told(away), { retryable: true, trouble: "away", cause: away })
    const busy = new SqlError({ reason: new LockTimeoutError({ cause: error({ errcode: 5 }) }) })
    assert.deepInclude(told(busy), { retryable: true, trouble: undefined })
    const full = new SqlError({ reason: unknown(error({ errcode: 13 })) })
    assert.deepInclude(told(full), { retryable: false, trouble: "full" })
  })

  it("is that trying again does not help where a row makes no sense", () => {
    const senseless = Effect.runSync(Effect.flip(Schema.decodeUnknownEffect(Schema.Int)("x")))
    const failure = told(senseless)
    assert.instanceOf(failure, Error)
    assert.deepInclude(failure, { _tag: "StorageError", retryable: false })
    assert.isUndefined("trouble" in failure ? failure.trouble : undefined)
  })

  it("is the error itself where it is the store's own", () => {
    const taken = new NameTaken({ name: "ann" })
    assert.strictEqual(told(taken), taken)
  })
})

it("a database's trouble is a full disk, being away, or nothing but too much to do", () => {
  for (const [cause, trouble] of [
    [error({ errcode: 5 }), undefined],
    [error({ errcode: 5 | (1 << 8) }), undefined],
    [error({ errcode: 6 }), undefined],
    [error({ errcode: 13 }), "full"],
    [error({ errcode: 13 | (2 << 8) }), "full"],
    [error({ errcode: 10 }), "away"],
    [error({ code: "53100" }), "full"],
    [error({ code: "58030" }), "full"],
    [error({ code: "53300" }), "away"],
    [error({ code: "5" }), "away"],
    [error({}), "away"],
    [null, "away"],
    [undefined, "away"],
    ["53100", "away"],
  ] as const) {
    assert.strictEqual(troubleOf(new SqlError({ reason: unknown(cause) })), trouble, JSON.stringify(cause))
  }
})

describe("a Postgres server", () => {
  it("is away where it is not there, starts, ends, or has no connection left, and not where something is wrong", () => {
    const away = (reason: SqlErrorReason) => isAway(new SqlError({ reason }))
    for (const code of ["57P01", "57P02", "57P03", "53300"]) assert.isTrue(away(unknown(error({ code }))), code)
    for (const code of ["57P04", "28P01", "3D000", "53100", ""]) assert.isFalse(away(unknown(error({ code }))), code)
    for (const code of ["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "ETIMEDOUT", "EHOSTUNREACH"]) {
      assert.isTrue(away(new ConnectionError({ cause: error({ code }) })), code)
      assert.isFalse(away(unknown(error({ code }))), code)
    }
    for (const code of ["ERR_INVALID_URL", "XECONN", "28P01"]) {
      assert.isFalse(away(new ConnectionError({ cause: error({ code }) })), code)
    }
    for (const message of ["Failed to connect", "the connection timed out", "the connection was closed"]) {
      assert.isTrue(away(new ConnectionError({ cause: null, message })), message)
      assert.isTrue(away(new ConnectionError({ cause: "no", message })), message)
      assert.isFalse(away(new UnknownError({ cause: null, message })), message)
    }
    assert.isFalse(away(new ConnectionError({ cause: null, message: "unknown protocol" })))
    assert.isFalse(away(new ConnectionError({ cause: null })))
  })

  it("is named without its user and password", () => {
    for (const [url, name] of [
      ["postgres://natter:secret@db.example:5433/chat?sslmode=require", "postgres://db.example:5433/chat"],
      ["postgresql://localhost/chat", "postgresql://localhost/chat"],
      ["not an address: secret", "postgres"],
    ] as const) {
      assert.strictEqual(nameOf(Redacted.make(url)), name)
    }
  })
})

it("an error that is sent between threads keeps its words and codes, and nothing else", () => {
  assert.deepStrictEqual(toFailure(error({ code: "ERR_SQLITE_ERROR", errcode: 5, more: {} }, "locked")), {
    message: "locked",
    code: "ERR_SQLITE_ERROR",
    errcode: 5,
  })
  const nothing = { code: undefined, errcode: undefined }
  assert.deepStrictEqual(toFailure(error({ code: 5, errcode: "5" })), { message: "no", ...nothing })
  assert.deepStrictEqual(toFailure(new Error("plain")), { message: "plain", ...nothing })
  assert.deepStrictEqual(toFailure("a word"), { message: "a word" })
})
