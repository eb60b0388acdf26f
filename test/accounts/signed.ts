/** `Accounts` that take access tokens, and what tests of that have at hand. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Accounts } from "../../src/accounts/Accounts.ts"
import { AccessTokens } from "../../src/accounts/AccessTokens.ts"
import { AccountStore } from "../../src/accounts/AccountStore.ts"
import { LoginThrottle } from "../../src/accounts/LoginThrottle.ts"
import { PasswordHash } from "../../src/accounts/PasswordHash.ts"
import { OutsideIssuer } from "../../src/accounts/OutsideIssuer.ts"
import { SigningKeys } from "../../src/accounts/SigningKeys.ts"
import * as TokenVerifier from "../../src/accounts/TokenVerifier.ts"
import { cheapHashes } from "./fixture.ts"
import { address } from "./world.ts"

/** Built anew, on stores that may be shared. */
export const signed = (
  parts: {
    readonly settings?: Partial<typeof AccessTokens.Settings.Service>
    readonly outside?: Partial<typeof OutsideIssuer.Settings.Service>
    readonly accounts?: Partial<typeof Accounts.Settings.Service>
    readonly store?: Layer.Layer<AccountStore, unknown>
    readonly keys?: Layer.Layer<SigningKeys, unknown>
  } = {},
) => {
  const { keys = Layer.fresh(SigningKeys.layerMemory), store = Layer.fresh(AccountStore.layerMemory) } = parts
  return Layer.fresh(
    Accounts.layer.pipe(
      Layer.provide([PasswordHash.layer, LoginThrottle.layer]),
      Layer.provide(TokenVerifier.layer),
      Layer.provide(OutsideIssuer.layer),
      Layer.provideMerge(AccessTokens.layer),
      Layer.provideMerge(Layer.orDie(Layer.merge(store, keys))),
      Layer.provide([
        NodeCrypto.layerDigest,
        NodeCrypto.layerSecureRandom,
        NodeCrypto.layerKdf,
        Layer.succeed(PasswordHash.Settings, cheapHashes),
        Layer.succeed(Accounts.Settings, { ...Accounts.Settings.defaultValue(), ...parts.accounts }),
        Layer.succeed(OutsideIssuer.Settings, { ...OutsideIssuer.Settings.defaultValue(), ...parts.outside }),
        Layer.succeed(AccessTokens.Settings, { ...AccessTokens.Settings.defaultValue(), ...parts.settings }),
      ]),
    ),
  )
}

/** Somebody with a token of a session, and an access token on it. */
export const signIn = (name: string) =>
  Effect.gen(function* () {
    const accounts = yield* Accounts
    const tokens = yield* AccessTokens
    const user = yield* accounts.signIn({ username: name, password: Redacted.make("secret"), address })
    const { id: tokenId } = yield* accounts.issueToken(user)
    const { expiresAt, token } = yield* tokens.issue({ user, tokenId })
    return { user, tokenId, token, expiresAt }
  })

/** Whose a token is: a name, or why it is nobody's. */
export const whose = (token: Redacted.Redacted | string) =>
  Effect.flatMap(Accounts, (accounts) =>
    accounts.authenticate(typeof token === "string" ? Redacted.make(token) : token, address),
  ).pipe(Effect.match({ onFailure: ({ _tag }) => _tag as string, onSuccess: ({ user }) => user.name as string }))
