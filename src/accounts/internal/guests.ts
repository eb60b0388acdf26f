/**
 * Guests have no account, and nothing is stored about them. Who a guest is follows from a secret that only the guest is
 * told: whoever comes later under the name has another, and so is somebody else. With it a guest comes back as the same,
 * after a restart of the service too.
 */
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { wrongIn } from "../../domain/PlainName.ts"
import { guestId, type User } from "../../domain/User.ts"
import * as NameKey from "../../domain/NameKey.ts"
import * as Username from "../../domain/Username.ts"
import type { Secrets } from "./secrets.ts"

/** Characters of a token that a client can send. */
const maxToken = 256

const isUsername = Schema.is(Username.Username)

export const make = (secrets: Secrets) => {
  /** Of those who are here; forgotten with them. */
  const secretsOf = new WeakMap<User, Redacted.Redacted>()

  const guestOf = (name: Username.Username, secret: Redacted.Redacted): Effect.Effect<User> =>
    Effect.map(secrets.fingerprint(Redacted.make(`${Redacted.value(secret)} ${NameKey.key(name)}`)), (fingerprint) => {
      const user: User = { id: guestId(fingerprint), name, role: "guest" }
      secretsOf.set(user, secret)
      return user
    })

  return {
    /** Somebody new. */
    fresh: (name: Username.Username): Effect.Effect<User> =>
      Effect.flatMap(secrets.make, (secret) => guestOf(name, secret)),

    /** By which the guest comes back; undefined where it would be too long to be sent, or the user is no guest of ours. */
    tokenOf: (user: User): Redacted.Redacted | undefined => {
      const secret = secretsOf.get(user)
      if (secret === undefined) return undefined
      const token = `${Redacted.value(secret)}.${Base64Url.encode(user.name)}`
      return token.length > maxToken ? undefined : Redacted.make(token)
    },

    /** Whose token it is; undefined where it is none of a guest. */
    byToken: (token: Redacted.Redacted): Effect.Effect<User | undefined> =>
      Effect.suspend((): Effect.Effect<User | undefined> => {
        const [secret = "", written = "", ...rest] = Redacted.value(token).split(".")
        const name = Result.getOrElse(Base64Url.decodeString(written), () => "")
        const fits =
          rest.length === 0 &&
          secrets.isWellFormed(Redacted.make(secret)) &&
          isUsername(name) &&
          wrongIn(name) === undefined
        return fits ? guestOf(Username.Username.make(name), Redacted.make(secret)) : Effect.undefined
      }),
  }
}
