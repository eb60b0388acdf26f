import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import { maxTokenLength } from "../domain/Limits.ts"
import { InvalidToken, type TokenError } from "./AccountError.ts"
import type { AccountStoreShape } from "./AccountStoreShape.ts"
import type { Identity } from "./Identity.ts"

/** Whose a token is, and until when it is good, in milliseconds since 1970. */
export interface Verified {
  readonly identity: Identity
  readonly expiresAt: number
}

/** What has ended: a token, or everything of a user. */
export type Ended = { readonly token: string } | { readonly user: string }

/** Whose a JSON Web Token is: one that was signed here, or by an issuer outside. */
export interface WebTokensShape {
  readonly identify: (token: Redacted.Redacted) => Effect.Effect<Identity, TokenError>
  /** Nothing that depends on it is good from now on. */
  readonly forget: (ended: Ended) => void
}

/** Without a layer for it there are none that are good. */
export const WebTokens = Context.Reference<WebTokensShape>("natter/accounts/WebTokens", {
  defaultValue: () => ({ identify: () => Effect.fail(new InvalidToken()), forget: () => undefined }),
})

const form = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Whether a text looks like one. */
export const isWellFormed = (text: string): boolean => text.length <= maxTokenLength && form.test(text)

/** The store, of whose changes in this process is known at once: others are heard of when they come. */
export const forgetting = (store: AccountStoreShape, { forget }: WebTokensShape): AccountStoreShape => {
  const then =
    (ended: Ended) =>
    <A, E>(change: Effect.Effect<A, E>): Effect.Effect<A, E> =>
      Effect.tap(change, () => Effect.sync(() => forget(ended)))
  return {
    ...store,
    setPassword: (id, ...rest) => then({ user: id })(store.setPassword(id, ...rest)),
    setDisabled: (id, disabled) => then({ user: id })(store.setDisabled(id, disabled)),
    setRole: (id, role) => then({ user: id })(store.setRole(id, role)),
    demote: (id) => then({ user: id })(store.demote(id)),
    revokeToken: (id) => then({ token: id })(store.revokeToken(id)),
  }
}
