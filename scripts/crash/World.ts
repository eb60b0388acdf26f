// What the clients of a run share.
import type * as Effect from "effect/Effect"
import type { Address } from "../../src/client/Address.ts"
import type { Ledger } from "./Ledger.ts"

export interface World {
  readonly ledger: Ledger
  readonly address: Address
  readonly channels: ReadonlyArray<string>
  /** Messages a second of each client that talks. */
  readonly pace: number
  /** From then on nobody says anything new; who comes and goes comes once more, and stays. */
  readonly quiet: Effect.Effect<void>
  readonly isQuiet: () => boolean
}
