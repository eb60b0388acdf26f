import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as NameKey from "../../domain/NameKey.ts"
import type { User } from "../../domain/User.ts"
import {
  AccountNotFound,
  type Busy,
  InvalidCredentials,
  type InvalidPassword,
  type StorageError,
  type TooManyLogins,
} from "../AccountError.ts"
import { AccountStore } from "../AccountStore.ts"
import { LoginThrottle } from "../LoginThrottle.ts"
import { PasswordHash } from "../PasswordHash.ts"
import * as Password from "./password.ts"

export interface Change {
  readonly user: User
  readonly address: string | undefined
  readonly old: Redacted.Redacted
  readonly password: Redacted.Redacted
  /** The token that stays good. */
  readonly keep: string | undefined
}

export type ChangeError = AccountNotFound | InvalidCredentials | InvalidPassword | TooManyLogins | Busy | StorageError

/** Who is inside this program comes from this machine. */
const here = "127.0.0.1"

export const make = (minLength: number) =>
  Effect.gen(function* () {
    const store = yield* AccountStore
    const passwords = yield* PasswordHash
    const throttle = yield* LoginThrottle

    return Effect.fn("Accounts.changePassword")(function* (change: Change): Effect.fn.Return<void, ChangeError> {
      const { address = here, keep, old, password, user } = change
      yield* Password.checkNew(password, minLength)
      yield* Password.checkAny(old, minLength)
      const account = Option.filter(yield* store.find(user.name), ({ id }) => id === user.id)
      if (Option.isNone(account)) return yield* new AccountNotFound({ account: user.name })
      const proof = Effect.filterOrFail(
        passwords.verify(old, account.value.passwordHash),
        (right) => right,
        () => new InvalidCredentials({ detail: "The old password is not right" }),
      )
      // Who has stolen a session must not learn the password by it either.
      yield* throttle.guard(proof, {
        account: NameKey.key(user.name),
        address,
        isFailure: ({ _tag }) => _tag === "InvalidCredentials",
      })
      yield* store.setPassword(user.id, yield* passwords.hash(password), keep)
    })
  })
