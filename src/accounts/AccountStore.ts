import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type { AccountStoreShape } from "./AccountStoreShape.ts"
import { makeMemoryStore } from "./internal/memoryStore.ts"

/** Where accounts, their tokens and invites are kept. */
export class AccountStore extends Context.Service<AccountStore, AccountStoreShape>()("natter/accounts/AccountStore") {
  /** Keeps accounts while the process lives. */
  static readonly layerMemory: Layer.Layer<AccountStore> = Layer.effect(AccountStore, makeMemoryStore)
}
