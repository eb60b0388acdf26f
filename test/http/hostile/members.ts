import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { AccountRole } from "../../../src/accounts/Account.ts"
import { TestServer } from "../../../src/testing/TestServer.ts"
import { type Ask, asking } from "./asking.ts"

export const password = "hunter2 is not it"

/** Somebody with an account, and how they ask. */
export const member = Effect.fnUntraced(function* (name: string, role: AccountRole = "member") {
  const { accounts, address } = yield* TestServer
  const user = yield* accounts.add({ name, password: Redacted.make(password), role })
  const issued = yield* accounts.issueToken(user)
  const token = Redacted.value(issued.token)
  const anybody = yield* asking(address!.port)
  const ask: Ask = (asked) => anybody({ ...asked, headers: { Authorization: `Bearer ${token}`, ...asked.headers } })
  return { user, token, ask, anybody }
})

export const json = { "Content-Type": "application/json" }
