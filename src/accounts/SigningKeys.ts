import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { StorageError } from "./AccountError.ts"

/** A key by which access tokens are signed: Ed25519, its two halves as in a JWK. Times are in milliseconds since 1970. */
export const SigningKey = Schema.Struct({
  /** The thumbprint of the public half (RFC 7638): what a token names it by. */
  id: Schema.NonEmptyString,
  publicKey: Schema.NonEmptyString,
  privateKey: Schema.RedactedFromValue(Schema.NonEmptyString),
  /** From then on it signs, until another does. It was published before. */
  signsFrom: Schema.Int,
})
export type SigningKey = typeof SigningKey.Type

/** Where the keys are kept by which access tokens are signed: two or three. */
export class SigningKeys extends Context.Service<
  SigningKeys,
  {
    /** In the order in which they sign. */
    readonly list: Effect.Effect<ReadonlyArray<SigningKey>, StorageError>
    /** Adds a key; one that is there already stays as it is. */
    readonly add: (key: SigningKey) => Effect.Effect<void, StorageError>
    readonly remove: (id: string) => Effect.Effect<void, StorageError>
  }
>()("natter/accounts/SigningKeys") {
  /** Keeps keys while the process lives: tokens of before are not good any more. */
  static readonly layerMemory: Layer.Layer<SigningKeys> = Layer.sync(SigningKeys, () => {
    const keys = new Map<string, SigningKey>()
    return SigningKeys.of({
      list: Effect.sync(() => [...keys.values()].sort((one, other) => one.signsFrom - other.signsFrom)),
      add: (key) => Effect.sync(() => void (keys.has(key.id) || keys.set(key.id, key))),
      remove: (id) => Effect.sync(() => void keys.delete(id)),
    })
  })
}
