import * as Effect from "effect/Effect"
import type { PeersShape } from "../../peers/Peers.ts"
import type { AccountStoreShape } from "../AccountStoreShape.ts"

/** The store, of whose changes the other nodes are told: they look at once, where they would have seen it a little later. */
export const announcing = (store: AccountStoreShape, peers: PeersShape): AccountStoreShape => {
  const told =
    (of: { readonly user?: string; readonly token?: string }) =>
    <A, E>(change: Effect.Effect<A, E>): Effect.Effect<A, E> =>
      Effect.tap(change, () => Effect.sync(() => peers.tell({ type: "AccountsChanged", ...of })))
  return {
    ...store,
    setPassword: (id, ...rest) => told({ user: id })(store.setPassword(id, ...rest)),
    setDisabled: (id, disabled) => told({ user: id })(store.setDisabled(id, disabled)),
    setRole: (id, role) => told({ user: id })(store.setRole(id, role)),
    demote: (id) => told({ user: id })(store.demote(id)),
    revokeToken: (id) => told({ token: id })(store.revokeToken(id)),
    ban: (ban) => told({})(store.ban(ban)),
    unban: (address) => told({})(store.unban(address)),
  }
}
