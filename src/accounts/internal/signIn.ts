import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { type User, UserId } from "../../domain/User.ts"
import * as Username from "../../domain/Username.ts"
import { type AccountRole, type Credentials, toUser } from "../Account.ts"
import {
  AccountDisabled,
  InvalidCredentials,
  InvalidUsername,
  InviteNotValid,
  InviteRequired,
  type SignInError,
} from "../AccountError.ts"
import type { AccountSettings } from "../AccountSettings.ts"
import { AccountStore } from "../AccountStore.ts"
import { LoginThrottle } from "../LoginThrottle.ts"
import { PasswordHash } from "../PasswordHash.ts"
import * as Address from "./address.ts"
import * as Password from "./password.ts"
import type { Secrets } from "./secrets.ts"
import * as Warnings from "./warnings.ts"

export interface SignIn {
  readonly username: string
  readonly password: Redacted.Redacted
  readonly address: string
  readonly invite?: Redacted.Redacted | undefined
}

/** Addresses that are remembered, so that each is warned about once while it is refused for too many logins. */
const maxWarned = 1024

const decodeUsername = Schema.decodeUnknownOption(Username.Username)

export const parseUsername = (text: string): Effect.Effect<Username.Username, InvalidUsername> =>
  Effect.mapError(Effect.fromOption(decodeUsername(text)), () => new InvalidUsername())

/** Checks a name and its password, or registers a new name where the mode allows it. */
export const make = (settings: Pick<AccountSettings, "mode" | "minPasswordLength">, invites: Secrets) =>
  Effect.gen(function* () {
    const store = yield* AccountStore
    const passwords = yield* PasswordHash
    const throttle = yield* LoginThrottle
    const random = yield* SecureRandom.SecureRandom

    const register = Effect.fnUntraced(function* (account: {
      readonly name: Username.Username
      readonly password: Redacted.Redacted
      readonly role: AccountRole
      readonly invite?: Redacted.Redacted | undefined
    }) {
      yield* Password.checkNew(account.password, settings.minPasswordLength)
      const passwordHash = yield* passwords.hash(account.password)
      const createdAt = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
      const id = UserId.make(yield* random.uuidV7())
      const credentials: Credentials = {
        id,
        name: account.name,
        role: account.role,
        disabled: false,
        createdAt,
        passwordHash,
      }
      yield* store.add(credentials, account.invite && (yield* invites.fingerprint(account.invite)))
      yield* Effect.logInfo("account registered").pipe(Effect.annotateLogs({ userId: id, role: account.role }))
      return toUser(credentials)
    })

    const check = Effect.fnUntraced(function* (account: Credentials, password: Redacted.Redacted) {
      if (!(yield* passwords.verify(password, account.passwordHash))) return yield* new InvalidCredentials()
      // Hashing takes a while, in which the account may have changed.
      const now = yield* store.find(Username.key(account.name))
      if (Option.isNone(now) || Redacted.value(now.value.passwordHash) !== Redacted.value(account.passwordHash)) {
        return yield* new InvalidCredentials()
      }
      if (now.value.disabled) return yield* new AccountDisabled()
      if (passwords.needsRehash(account.passwordHash)) {
        yield* passwords.hash(password).pipe(
          Effect.flatMap((hash) => store.rehash(account.id, account.passwordHash, hash)),
          // It can be done at the next sign-in as well.
          Effect.catch((error) => Effect.logDebug(`a password was not rehashed: ${error._tag}`)),
        )
      }
      return toUser(now.value)
    })

    /** What happens to a name that has no account. */
    const welcome = Effect.fnUntraced(function* (name: Username.Username, { invite, password }: SignIn) {
      switch (settings.mode) {
        case "guest":
          return { id: UserId.make(`guest:${Username.key(name)}`), name, role: "guest" } satisfies User
        case "closed":
          yield* passwords.pretend(password)
          return yield* new InvalidCredentials()
        case "invite":
          if (invite === undefined) return yield* new InviteRequired()
          if (!invites.isWellFormed(invite)) return yield* new InviteNotValid()
          return yield* register({ name, password, role: "member", invite })
        case "open":
          return yield* register({ name, password, role: "member" })
      }
    })

    const signIn = Effect.fnUntraced(function* (input: SignIn): Effect.fn.Return<User, SignInError> {
      const name = yield* parseUsername(input.username)
      yield* Password.checkAny(input.password, settings.minPasswordLength)
      const key = Username.key(name)
      const attempt = Effect.gen(function* () {
        const known = yield* store.find(key)
        if (Option.isSome(known)) return yield* check(known.value, input.password)
        return yield* welcome(name, input).pipe(
          // Someone else registered the name just now: it is theirs, unless it is the same person.
          Effect.catchTag("NameTaken", () =>
            Effect.flatMap(
              store.find(key),
              Option.match({
                onNone: () => Effect.fail(new InvalidCredentials()),
                onSome: (account) => check(account, input.password),
              }),
            ),
          ),
        )
      })
      return yield* throttle.guard(attempt, {
        account: key,
        address: input.address,
        isFailure: (error) => error._tag === "InvalidCredentials" || error._tag === "InviteNotValid",
      })
    })

    const isFirst = Warnings.make(maxWarned)
    const refusal = (error: SignInError, address: string) => {
      switch (error._tag) {
        case "StorageError":
          return Effect.logError("sign-in failed", error.cause)
        case "InvalidCredentials":
          return Effect.logInfo("sign-in refused")
        case "TooManyLogins":
          return Effect.clockWith((clock) => {
            const now = clock.currentTimeMillisUnsafe()
            return isFirst(Address.network(address), now, now + Duration.toMillis(error.retryAfter))
              ? Effect.logWarning("sign-in refused")
              : Effect.logDebug("sign-in refused")
          })
        default:
          return Effect.logDebug("sign-in refused")
      }
    }

    const logged = (input: SignIn) =>
      Effect.tapError(signIn(input), (error) =>
        // The name is left out: people type their password into the wrong field.
        Effect.annotateLogs(refusal(error, input.address), { reason: error._tag, address: input.address }),
      )

    return { signIn: logged, register }
  })
