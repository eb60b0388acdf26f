// What the clients of a run share.
import type * as Effect from "effect/Effect"
import type { ClientOptions } from "../../src/client/ClientOptions.ts"
import type { Dialer } from "../../src/client/Dialer.ts"
import type { Address } from "../../src/domain/Address.ts"
import type { Ledger } from "./Ledger.ts"

/** One client of a run. */
export interface Participant {
  readonly client: string
  readonly user: string
  /** The user with whom it has a direct conversation. */
  readonly direct?: string | undefined
  /** Where it does not reach the service at the address of the run. */
  readonly dialer?: Dialer["Service"] | undefined
}

export interface Setting {
  readonly ledger: Ledger
  readonly address: Address
  /** The channels that all clients join. */
  readonly channels: ReadonlyArray<string>
  /** Messages a second of each client that publishes. */
  readonly pace: number
  /** Operations of one client that are not answered yet, at most. Default: 32. */
  readonly maxInFlight?: number | undefined
  /** How its clients are made, but for who they are. */
  readonly client?: Omit<ClientOptions, "credentials"> | undefined
  /** Done when clients have to stop sending; those that come and go connect once more, and stay. */
  readonly quiet: Effect.Effect<void>
  readonly isQuiet: () => boolean
}

/** The channels of this client, by its own names for them. */
export const placesOf = ({ channels }: Setting, { direct }: Participant): ReadonlyArray<string> =>
  direct === undefined ? channels : [...channels, `@${direct}`]

/** The name under which a channel is recorded: the same for both sides of a direct conversation. */
export const recordedName = (channel: string, { user }: Participant): string =>
  channel.startsWith("@") ? `@${[user, channel.slice(1)].sort().join("&")}` : channel
