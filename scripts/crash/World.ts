// What the clients of a run share.
import type * as Effect from "effect/Effect"
import type { Address } from "../../src/client/Address.ts"
import type { Ledger } from "./Ledger.ts"

/** Who speaks and listens. */
export interface Who {
  readonly client: string
  readonly user: string
  /** With whom it talks alone, too. */
  readonly direct?: string | undefined
}

export interface World {
  readonly ledger: Ledger
  readonly address: Address
  /** Where everybody is. */
  readonly channels: ReadonlyArray<string>
  /** Messages a second of each client that talks. */
  readonly pace: number
  /** From then on nobody says anything new; who comes and goes comes once more, and stays. */
  readonly quiet: Effect.Effect<void>
  readonly isQuiet: () => boolean
}

/** Where this client is, by the names that it has for it. */
export const placesOf = ({ channels }: World, { direct }: Who): ReadonlyArray<string> =>
  direct === undefined ? channels : [...channels, `@${direct}`]

/** The same name for both sides of a direct conversation. */
export const noted = (channel: string, { user }: Who): string =>
  channel.startsWith("@") ? `@${[user, channel.slice(1)].sort().join("&")}` : channel
