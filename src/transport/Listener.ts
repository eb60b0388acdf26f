/** The port by which connections come in. A transport implements it, and the service runs any number of them. */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Address } from "../domain/Address.ts"
import type { Sessions } from "../session/Sessions.ts"
import type { ConnectionLimits } from "./ConnectionLimits.ts"
import type { ListenError } from "./ListenError.ts"

export interface Listener {
  /** The name of its transport, as in the ids of the sessions that come in here. */
  readonly transport: string
  /**
   * Opens it, and gives each connection to a session, as far as the limits allow, until the scope closes; then what is left
   * of them is cut. Succeeds with the address once connections are accepted.
   */
  readonly listen: Effect.Effect<Address, ListenError, Scope.Scope | Sessions | ConnectionLimits>
}

/** A listener that is open. */
export interface Listening {
  readonly transport: string
  readonly address: Address
}

/** Opens all of them, until the scope closes. One that cannot be opened fails with its error, and the others close again. */
export const listenAll = (
  listeners: NonEmptyReadonlyArray<Listener>,
): Effect.Effect<NonEmptyReadonlyArray<Listening>, ListenError, Scope.Scope | Sessions | ConnectionLimits> =>
  Effect.forEach(listeners, ({ listen, transport }) => Effect.map(listen, (address) => ({ transport, address })))
