/** Where a scenario is played: the service, how members connect to it, and what can be done to it. A port. */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type { Credentials } from "../client/Credentials.ts"
import type { Dialer } from "../client/Dialer.ts"
import type { Transport } from "./Transport.ts"

/** The world cannot do what the scenario asks for. */
export class NotPossible extends Data.TaggedError("NotPossible")<{ readonly what: string; readonly why: string }> {
  override get message(): string {
    return `${this.what} is not possible here: ${this.why}`
  }
}

/** What the service uses at the moment. */
export interface Sample {
  /** Its resident memory, in bytes; undefined where that cannot be measured. */
  readonly residentBytes?: number | undefined
  /** The CPU time that it has used since its start, in seconds; undefined where that cannot be measured. */
  readonly cpuSeconds?: number | undefined
}

export class World extends Context.Service<
  World,
  {
    readonly kind: "simulation" | "local" | "remote"
    /** The address of the service, as people write it. */
    readonly target: string
    /** Connections that carry bytes to the service. Faults are those of these connections. */
    readonly dialer: Dialer["Service"]
    /** Over what a crowd speaks here that asks for this transport, or for none. */
    readonly transport: (asked: Transport | undefined) => Transport
    /** Speaks it over such connections. One for each member. */
    readonly over: (transport: Transport, dialer: Dialer["Service"]) => Dialer["Service"]
    /** The credentials of a member. Members are numbered from 0 over all crowds. */
    readonly credentials: (member: number) => Credentials
    /** The username in these credentials. */
    readonly username: (member: number) => string
    /** Kills the service and starts it again after so many milliseconds; done when it is back. */
    readonly kill: (down: number) => Effect.Effect<void, NotPossible>
    /** The same, but the service is asked to stop, and drains first. */
    readonly restart: (down: number) => Effect.Effect<void, NotPossible>
    readonly sample: Effect.Effect<Sample>
  }
>()("natter/scenario/World") {}
