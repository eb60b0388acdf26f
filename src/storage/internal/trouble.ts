import type { SqlError } from "effect/sql/SqlError"
import type { StoreTrouble } from "../../domain/StoreTrouble.ts"

/** SQLite's codes, without what they are extended by. */
const sqlite = { busy: 5, locked: 6, full: 13 }
/** Postgres' codes for a disk that is full. */
const postgresFull = ["53100", "58030"]

/** What is wrong with the database, as its error says; undefined where it only had too much to do. */
export const troubleOf = ({ reason }: SqlError): StoreTrouble | undefined => {
  const { cause } = reason
  if (typeof cause !== "object" || cause === null) return "away"
  const code = "errcode" in cause ? Number(cause.errcode) & 0xff : undefined
  if (code === sqlite.busy || code === sqlite.locked) return undefined
  const full = code === sqlite.full || ("code" in cause && postgresFull.includes(String(cause.code)))
  return full ? "full" : "away"
}
