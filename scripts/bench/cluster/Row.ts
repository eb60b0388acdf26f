// One figure of a service of several nodes, and what it has to reach.
import * as Effect from "effect/Effect"
import type { PlatformError } from "effect/PlatformError"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import { percentile, type Counts } from "../../../src/scenario/Histogram.ts"
import type { Cluster } from "../../cluster/Cluster.ts"
import type { CrashError } from "../../crash/CrashError.ts"
import { BenchError } from "../BenchError.ts"
import * as LoadProcess from "../LoadProcess.ts"
import type { LoadEvent, Plan } from "./Plan.ts"

export interface Figure {
  readonly row: string
  readonly found: string
  readonly asked: string
  /** Undefined where it is not judged. */
  readonly holds: boolean | undefined
}

export interface RowOptions {
  readonly seconds: number
  readonly rampSeconds: number
  /** Whether to see that it works, and not how fast. */
  readonly quick: boolean
}

const host = "127.0.0.1"

export interface Moments {
  readonly begun: () => void
  readonly over: () => void
}

/** A load process of its own; succeeds with what it has measured. */
export const load = (plan: Omit<Plan, "host">, { begun, over }: Moments) =>
  LoadProcess.run<LoadEvent>(
    "scripts/bench/cluster/load.ts",
    { host, ...plan },
    { failure: (what) => new BenchError({ message: `the load ${what}` }) },
    {
      core: undefined,
      onEvent: ({ type }) => {
        if (type === "Measuring") begun()
        if (type === "Over") over()
      },
    },
  ).pipe(
    Effect.scoped,
    Effect.map(({ figures }) => figures),
  )

export const unwatched: Moments = { begun: () => {}, over: () => {} }

/** Half, and 99 of 100. */
export const latencies = (counts: Counts): { readonly p50: number; readonly p99: number } => ({
  p50: percentile([counts], 0.5),
  p99: percentile([counts], 0.99),
})

/** Succeeds with a figure, or fails saying why there is none. */
export type Row = (
  cluster: Cluster,
  options: RowOptions,
) => Effect.Effect<ReadonlyArray<Figure>, BenchError | CrashError | PlatformError, ChildProcessSpawner>
