import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { maxPasswordLength } from "../../domain/Limits.ts"
import { InvalidPassword } from "../AccountError.ts"

/** Fails if a new password has fewer than `minLength` (or 1) or too many characters. */
export const checkNew = (password: Redacted.Redacted, minLength: number): Effect.Effect<void, InvalidPassword> =>
  Redacted.value(password).length >= Math.max(1, minLength)
    ? checkAny(password, minLength)
    : Effect.fail(new InvalidPassword({ minLength: Math.max(1, minLength) }))

/** Fails if the password is longer than any may be: it would only cost hashing time. */
export const checkAny = (password: Redacted.Redacted, minLength: number): Effect.Effect<void, InvalidPassword> =>
  Redacted.value(password).length <= maxPasswordLength
    ? Effect.void
    : Effect.fail(new InvalidPassword({ minLength: Math.max(1, minLength) }))
