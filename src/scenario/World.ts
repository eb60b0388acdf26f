/** Where a scenario is played: a service, how it is reached, and what can be done to it. The port. */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type { Credentials } from "../client/ClientSession.ts"
import type { Dialer } from "../client/Dialer.ts"

/** The world can't do what the scenario asks for. */
export class NotPossible extends Data.TaggedError("NotPossible")<{ readonly what: string; readonly why: string }> {
  override get message(): string {
    return `${this.what} is not possible here: ${this.why}`
  }
}

/** What is known of the service at a moment. */
export interface Sample {
  /** Memory that it occupies. */
  readonly residentBytes?: number | undefined
  /** Time of a processor that it has used since it was started. */
  readonly cpuSeconds?: number | undefined
}

export class World extends Context.Service<
  World,
  {
    readonly kind: "simulation" | "local" | "remote"
    /** Where the service is, as people write it. */
    readonly target: string
    readonly dialer: Dialer["Service"]
    /** Who a member is, counted from 0 over all crowds. */
    readonly credentials: (member: number) => Credentials
    /** The name that goes with these. */
    readonly username: (member: number) => string
    /** Kills the service and starts it again after so many milliseconds; done when it is back. */
    readonly kill: (down: number) => Effect.Effect<void, NotPossible>
    /** The same, but it may say goodbye. */
    readonly restart: (down: number) => Effect.Effect<void, NotPossible>
    readonly sample: Effect.Effect<Sample>
  }
>()("natter/scenario/World") {}
