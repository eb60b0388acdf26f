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

/** What is wrong, and what the server or the operating system says of it: that a database is not there, say. */
export const problemOf = (error: { readonly message: string }): string => {
  let cause: unknown = error
  for (let depth = 0; depth < 6 && typeof cause === "object" && cause !== null; depth++) {
    // An address that makes no sense is in its error, with the password: that has a code of Node's own.
    if (
      cause instanceof Error &&
      cause !== error &&
      "code" in cause &&
      /^(E(?!RR_)|[0-9A-Z]{5}$)/.test(String(cause.code))
    ) {
      return `${error.message} (${cause.message})`
    }
    cause = "reason" in cause ? cause.reason : "cause" in cause ? cause.cause : undefined
  }
  return error.message
}
