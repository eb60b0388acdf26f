/** Who one is, for a service: accounts to which one signs in by signed tokens too. The command line needs none of that. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Accounts } from "../accounts/Accounts.ts"
import { AccessTokens } from "../accounts/AccessTokens.ts"
import type { AccountStore } from "../accounts/AccountStore.ts"
import { OutsideIssuer } from "../accounts/OutsideIssuer.ts"
import { SigningKeys } from "../accounts/SigningKeys.ts"
import * as TokenVerifier from "../accounts/TokenVerifier.ts"
import type { ServerSettings } from "./ServerSettings.ts"

/** Where the program around keeps none they last as long as the service. */
const signingKeys = Layer.unwrap(
  Effect.map(
    Effect.serviceOption(SigningKeys),
    Option.match({
      onNone: () => SigningKeys.layerMemory,
      onSome: (keys) => Layer.succeed(SigningKeys, keys),
    }),
  ),
)

/**
 * These accounts, with access tokens and those of an issuer outside. `SigningKeys` are taken where there are some. Who comes
 * from outside is let in as others are who are new, or because a setting says so.
 */
export const withSignedTokens = (
  accounts: Layer.Layer<Accounts, never, AccountStore>,
  settings: Pick<ServerSettings, "accessTokens" | "accounts" | "oidc">,
): Layer.Layer<Accounts | AccessTokens, never, AccountStore> =>
  accounts.pipe(
    Layer.provide(TokenVerifier.layer),
    Layer.provide(OutsideIssuer.layer),
    Layer.provideMerge(AccessTokens.layer),
    Layer.provide([
      signingKeys,
      NodeCrypto.layerSecureRandom,
      Layer.succeed(AccessTokens.Settings, settings.accessTokens),
      Layer.succeed(OutsideIssuer.Settings, {
        ...settings.oidc,
        register: settings.oidc.register || settings.accounts.mode === "open",
      }),
    ]),
  )
