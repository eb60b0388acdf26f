import type * as Effect from "effect/Effect"
import type { AddressRange } from "../../domain/AddressRange.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { Standings } from "../../hub/audience/Gateway.ts"
import type { StandingsPage } from "../../hub/audience/standings.ts"
import type { HubStats } from "../../hub/directory/DirectoryCommand.ts"
import type { Reading } from "../../observability/Readings.ts"

/** What the program that runs the service knows of it. */
export interface Facts {
  readonly version: string
  /** That of Node. */
  readonly node: string
  readonly storage: "memory" | "postgres" | "sqlite"
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Whether it wants sessions now, and whether it is about to end. */
  readonly state: () => { readonly ready: boolean; readonly draining: boolean }
  /** All its metrics as they are now. */
  readonly metrics: Effect.Effect<ReadonlyArray<Reading>>
}

/** All threads of this process that have sessions, this one among them. */
export interface Threads {
  readonly standings: (page: StandingsPage) => Effect.Effect<Standings>
  /** Ends the sessions that come from there; succeeds with how many. */
  readonly endFrom: (address: AddressRange) => Effect.Effect<number>
  readonly stats: Effect.Effect<HubStats, RequestError>
}

/**
 * What is around the hub. The service is put together on top of the operations and says then what it is; a hub inside another
 * program has nothing around it that it knows of.
 */
export class Around {
  service: Facts | undefined
  /** Undefined where this thread is the only one. */
  threads: Threads | undefined
}
