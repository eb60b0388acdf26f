import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import type * as Kdf from "effect/crypto/Kdf"
import * as Layer from "effect/Layer"
import { AccountStore } from "../../src/accounts/AccountStore.ts"
import { Accounts } from "../../src/accounts/Accounts.ts"
import { LoginThrottle } from "../../src/accounts/LoginThrottle.ts"
import { PasswordHash } from "../../src/accounts/PasswordHash.ts"

/** Hashes that take no time, for tests that are not about them. */
export const cheapHashes = { memory: 64, passes: 1, parallelism: 1, atOnce: 2, maxWaiting: 256 }

/** `Accounts` and all it stands on, built anew. */
export const accounts = (
  settings: Partial<typeof Accounts.Settings.Service> = {},
  parts: {
    readonly store?: Layer.Layer<AccountStore>
    readonly hashes?: typeof PasswordHash.Settings.Service
    readonly kdf?: Layer.Layer<Kdf.Kdf>
    readonly throttle?: Partial<typeof LoginThrottle.Settings.Service>
  } = {},
) => {
  const { hashes = cheapHashes, kdf = NodeCrypto.layerKdf, store = AccountStore.layerMemory } = parts
  return Accounts.layer.pipe(
    Layer.provideMerge([store, PasswordHash.layer, LoginThrottle.layer]),
    Layer.provide([
      NodeCrypto.layerDigest,
      NodeCrypto.layerSecureRandom,
      kdf,
      Layer.succeed(Accounts.Settings, { ...Accounts.Settings.defaultValue(), ...settings }),
      Layer.succeed(PasswordHash.Settings, hashes),
      Layer.succeed(LoginThrottle.Settings, { ...LoginThrottle.Settings.defaultValue(), ...parts.throttle }),
    ]),
    Layer.fresh,
  )
}
