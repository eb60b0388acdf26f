import * as Redacted from "effect/Redacted"
import type { SqlError } from "effect/sql/SqlError"

/** Host and database, without user and password. */
export const nameOf = (url: Redacted.Redacted): string => {
  const parsed = URL.parse(Redacted.value(url))
  return parsed === null ? "postgres" : `${parsed.protocol}//${parsed.host}${parsed.pathname}`
}

/** Postgres' codes for: it starts, it ends, it has no connection left. */
const comingOrGoing = ["57P01", "57P02", "57P03", "53300"]

/** Whether the server may answer later: it is not there, or says itself that it is starting. */
export const isAway = ({ reason }: SqlError): boolean => {
  const { cause } = reason
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""
  if (comingOrGoing.includes(code)) return true
  // An address that makes no sense is refused with the same tag.
  return (
    reason._tag === "ConnectionError" &&
    (/^E(?!RR_)/.test(code) || /Failed to connect|timed out|closed/.test(reason.message ?? ""))
  )
}
