import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import { type User, UserId } from "../../domain/User.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import * as NameKey from "../../domain/NameKey.ts"
import * as Username from "../../domain/Username.ts"
import { wrongIn } from "../../domain/PlainName.ts"
import { type AccountRole, type Credentials, toUser } from "../Account.ts"
import {
  AccountDisabled,
  InvalidCredentials,
  InvalidUsername,
  type SignInError,
  TooManyRegistrations,
} from "../AccountError.ts"
import type { AccountSettings } from "../AccountSettings.ts"
import { AccountStore } from "../AccountStore.ts"
import { LoginThrottle } from "../LoginThrottle.ts"
import { PasswordHash } from "../PasswordHash.ts"
import * as Address from "../../domain/Network.ts"
import { Peers } from "../../peers/Peers.ts"
import type * as Guests from "./guests.ts"
import * as Password from "./password.ts"
import { Registrations } from "./registrations.ts"
import type { Secrets } from "./secrets.ts"
import * as Warnings from "./warnings.ts"

export interface SignIn {
  readonly username: string
  readonly password: Redacted.Redacted
  readonly address: string
  readonly invite?: Redacted.Redacted | undefined
  readonly register?: boolean | undefined
  readonly onRegistered?: (() => void) | undefined
}

/** Addresses that are remembered, so that each is warned about once while it is refused for too many logins. */
const maxWarned = 1024

/** What a wrong password, or a wrong invite, is answered with. */
const failures: ReadonlySet<string> = new Set<SignInError["_tag"]>([
  "InvalidCredentials",
  "InvalidUsername",
  "InvalidPassword",
  "TooManyRegistrations",
])

const decodeUsername = Schema.decodeUnknownOption(Username.Username)

export const parseUsername = (text: string): Effect.Effect<Username.Username, InvalidUsername> =>
  Effect.mapError(Effect.fromOption(decodeUsername(text)), () => new InvalidUsername())

/** Fails where the name is not one for somebody new. Those who have one of before keep it. */
export const checkNewName = (name: Username.Username): Effect.Effect<void, InvalidUsername> => {
  const detail = wrongIn(name)
  return detail === undefined ? Effect.void : Effect.fail(new InvalidUsername({ detail }))
}

const invitesOnly = "Invalid username or password; a new name needs an invitation that is valid"

/** Checks a name and its password, or registers a new name where the mode allows it. */
export const make = (
  settings: Pick<AccountSettings, "mode" | "minPasswordLength" | "registrations"> &
    Partial<Pick<AccountSettings, "firstAdministrates">>,
  invites: Secrets,
  guests: ReturnType<typeof Guests.make>,
) =>
  Effect.gen(function* () {
    const store = yield* AccountStore
    const passwords = yield* PasswordHash
    const throttle = yield* LoginThrottle
    const random = yield* SecureRandom.SecureRandom
    const clock = yield* Clock.Clock
    const peers = yield* Peers
    const registrations = new Registrations(settings.registrations, { peers, now: () => Monotonic.millis(clock) })

    const register = Effect.fnUntraced(function* (account: {
      readonly name: Username.Username
      readonly password: Redacted.Redacted
      readonly role: AccountRole
      readonly invite?: Redacted.Redacted | undefined
    }) {
      yield* checkNewName(account.name)
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

    /**
     * What somebody is told whose sign-in fails. It follows from what was sent, and from where: whether there is an
     * account of that name, neither the words nor the time say.
     */
    const refusal = (name: Username.Username, { address, invite, password }: SignIn) =>
      Effect.gen(function* () {
        const { mode } = settings
        const registers = mode === "open" || (mode === "invite" && invite !== undefined)
        if (registers || mode === "guest") yield* checkNewName(name)
        if (registers) yield* Password.checkNew(password, settings.minPasswordLength)
        if (mode === "open") {
          const wait = registrations.wait(address, yield* Monotonic.now)
          if (wait > 0) return yield* new TooManyRegistrations({ retryAfter: Duration.millis(wait) })
        }
        return yield* new InvalidCredentials(mode === "invite" ? { detail: invitesOnly } : {})
      })

    /** The same for a name without an account, after as much work as for one that has one. */
    const refuse = (name: Username.Username, input: SignIn) =>
      Effect.andThen(passwords.pretend(input.password), refusal(name, input))

    const check = Effect.fnUntraced(function* (account: Credentials, name: Username.Username, input: SignIn) {
      const { password } = input
      if (!(yield* passwords.verify(password, account.passwordHash))) return yield* refusal(name, input)
      // Hashing takes a while, in which the account may have changed.
      const now = yield* store.find(account.name)
      if (Option.isNone(now) || Redacted.value(now.value.passwordHash) !== Redacted.value(account.passwordHash)) {
        return yield* refusal(name, input)
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

    const oneByOne = Semaphore.makeUnsafe(1)
    let isAnybody = settings.firstAdministrates !== true

    /** A name that has no account gets one. The first there is, from this machine, is that of whoever has started the service. */
    const enlist = (
      account: {
        readonly name: Username.Username
        readonly password: Redacted.Redacted
        readonly invite?: Redacted.Redacted
      },
      address: string,
    ) =>
      Effect.suspend(() => {
        const asMember = register({ ...account, role: "member" })
        if (isAnybody || !Address.isLocal(address)) return asMember
        return oneByOne.withPermits(1)(
          Effect.gen(function* () {
            const isFirst = !isAnybody && (yield* store.list({ limit: 1 })).length === 0
            if (!isFirst) {
              isAnybody = true
              return yield* asMember
            }
            const user = yield* register({ ...account, role: "admin" })
            isAnybody = true
            yield* Effect.annotateLogs(Effect.logInfo("the first account administers the service"), { userId: user.id })
            return user
          }),
        )
      })

    /** What happens to a name that has no account. */
    const welcome = Effect.fnUntraced(function* (name: Username.Username, input: SignIn) {
      const { address, invite, onRegistered = () => {}, password, register: mayRegister = true } = input
      const told = <A, E>(registering: Effect.Effect<A, E>) => Effect.tap(registering, () => Effect.sync(onRegistered))
      if (!mayRegister && settings.mode !== "guest") return yield* refuse(name, input)
      const unfit = wrongIn(name) !== undefined
      const short = Redacted.value(password).length < Math.max(1, settings.minPasswordLength)
      switch (settings.mode) {
        case "guest":
          if (unfit) return yield* refuse(name, input)
          return yield* guests.fresh(name)
        case "closed":
          return yield* refuse(name, input)
        case "invite":
          if (invite === undefined || !invites.isWellFormed(invite) || unfit || short) return yield* refuse(name, input)
          return yield* Effect.catchTag(told(enlist({ name, password, invite }, address)), "InviteNotValid", () =>
            refusal(name, input),
          )
        case "open":
          if (unfit || short || registrations.take(address, yield* Monotonic.now) > 0) {
            return yield* refuse(name, input)
          }
          return yield* Effect.catchTag(told(enlist({ name, password }, address)), "InviteNotValid", Effect.die)
      }
    })

    const signIn = Effect.fnUntraced(function* (input: SignIn): Effect.fn.Return<User, SignInError> {
      const name = yield* parseUsername(input.username)
      yield* Password.checkAny(input.password, settings.minPasswordLength)
      const key = NameKey.key(name)
      const attempt = Effect.gen(function* () {
        const known = yield* store.find(name)
        if (Option.isSome(known)) return yield* check(known.value, name, input)
        return yield* welcome(name, input).pipe(
          // Someone else registered the name just now: it is theirs, unless it is the same person.
          Effect.catchTag("NameTaken", () =>
            Effect.flatMap(
              store.find(name),
              Option.match({
                onNone: () => refusal(name, input),
                onSome: (account) => check(account, name, input),
              }),
            ),
          ),
        )
      })
      const user = yield* throttle.guard(attempt, {
        account: key,
        address: input.address,
        isFailure: ({ _tag }) => failures.has(_tag),
      })
      if (user.role !== "guest") throttle.trust(key, input.address)
      return user
    })

    const isFirst = Warnings.make(maxWarned)
    const reportOf = (error: SignInError, address: string) => {
      switch (error._tag) {
        case "StorageError":
          return Effect.logError("sign-in failed", error.cause)
        case "InvalidCredentials":
          return Effect.logInfo("sign-in refused")
        case "TooManyLogins":
          return Effect.flatMap(Monotonic.now, (now) =>
            isFirst(Address.network(address), now, now + Duration.toMillis(error.retryAfter))
              ? Effect.logWarning("sign-in refused")
              : Effect.logDebug("sign-in refused"),
          )
        default:
          return Effect.logDebug("sign-in refused")
      }
    }

    const logged = (input: SignIn) =>
      Effect.tapError(signIn(input), (error) =>
        // The name is left out: people type their password into the wrong field.
        Effect.annotateLogs(reportOf(error, input.address), { reason: error._tag, address: input.address }),
      )

    return { signIn: logged, register }
  })
