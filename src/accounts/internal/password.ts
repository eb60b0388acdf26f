import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { maxPasswordLength } from "../../domain/Limits.ts"
import { InvalidPassword } from "../AccountError.ts"

/** Fails unless the password has `minLength` to `Limits.maxPasswordLength` characters (UTF-16 units). */
export const check = (password: Redacted.Redacted, minLength: number): Effect.Effect<void, InvalidPassword> => {
  const { length } = Redacted.value(password)
  return length >= minLength && length <= maxPasswordLength
    ? Effect.void
    : Effect.fail(new InvalidPassword({ minLength }))
}
