/** Ids of what is asked: the client's, or ones that are made for it. */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { createHash } from "node:crypto"
import { maxMessageIdLength } from "../domain/Limits.ts"
import type { MessageId } from "../domain/MessageId.ts"

/** New each time, and after a restart too. */
export const make: Effect.Effect<() => string> = Effect.gen(function* () {
  const random = Effect.map(Random.nextInt, (n) => Math.abs(n).toString(36))
  const prefix = (yield* random) + (yield* random)
  let last = 0
  return () => `${prefix}-${++last}`
})

/** What a request's `Idempotency-Key` is as the id of a message. Some write it in quotes, as the draft of it has it. */
export const messageId = (key: string): MessageId => {
  const plain = /^"(.+)"$/.exec(key)?.[1] ?? key
  // The schema of the header has seen to its signs.
  if (plain.length <= maxMessageIdLength) return plain as MessageId
  return createHash("sha256").update(plain).digest("base64url") as MessageId
}

const sane = /^[\w.:+/=@-]{1,64}$/

/** The client's id of a request, if it is one that a log can take as it is. */
export const requestId = (given: string | ReadonlyArray<string> | undefined, fresh: () => string): string =>
  typeof given === "string" && sane.test(given) ? given : fresh()
