// What the open-loop load is told, and what it says: `open/main.ts` is the process that does it.
import type { Counts } from "../../src/scenario/Histogram.ts"

/** What to do. Times are in seconds. */
export interface OpenPlan {
  readonly host: string
  readonly port: number
  readonly members: number
  /** The last so many of the members stop reading when the measured time begins, and come back at its end. */
  readonly stalled: number
  /** The first so many of the members speak, in turns. */
  readonly senders: number
  /** Messages per second of all senders together, each at its moment, whatever became of those before it. */
  readonly rate: number
  /** Bytes of content of a message: at least 10. */
  readonly contentBytes: number
  readonly rampSeconds: number
  readonly seconds: number
  /** For each number: the latency of the first so many members. */
  readonly groups: ReadonlyArray<number>
}

/**
 * What was measured in about a second. A message belongs to the slice in which it was due, and its latency counts from
 * that moment.
 */
export interface Slice {
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
  /** Until the arrival at a member; one for each of the plan's groups. */
  readonly delivery: ReadonlyArray<Counts>
  /** Until the acknowledgement. */
  readonly acknowledgement: Counts
  /** CPU time by wall time, of the load process and of the whole machine: 2 is two cores. */
  readonly loadUtilisation: number
  readonly machineUtilisation: number
}

export interface OpenFigures {
  readonly slices: ReadonlyArray<Slice>
  /** The same while those who had stalled came back. */
  readonly returning: ReadonlyArray<Slice>
  /** The latest that a message was sent after its moment, in milliseconds: the load's own lateness. */
  readonly latest: number
}

/** What became of the members that had stalled. */
export interface ReturnFigures {
  /** What they read last before their connection ended, and how often. */
  readonly ends: Readonly<Record<string, number>>
  /** Messages that came by pages of history, and pages. */
  readonly recovered: number
  readonly pages: number
  /** From the moment they read again until the last of them had everything. */
  readonly seconds: number
}

export type OpenEvent =
  | { readonly type: "Joined"; readonly seconds: number }
  | { readonly type: "Progress"; readonly phase: "ramp" | "measure" | "return" }
  | {
      readonly type: "Measured"
      readonly figures: OpenFigures
      readonly returned: ReturnFigures
      /** Each reached every member exactly once, and all in the same order. */
      readonly messagesChecked: number
    }
  | { readonly type: "Failed"; readonly reason: string }
