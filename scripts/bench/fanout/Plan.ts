// What the fan-out load is told, and what it says: `fanout/main.ts` is the process that does it.
import type { FramingName } from "./Framing.ts"

/** What to do. Times are in seconds. */
export interface LoadPlan {
  readonly host: string
  readonly port: number
  /** The process whose CPU time is read at both ends of the measured time. */
  readonly serverPid: number
  /** How frames are laid into the bytes. */
  readonly framing: FramingName
  readonly members: number
  readonly senders: number
  readonly inFlight: number
  readonly rampSeconds: number
  readonly seconds: number
}

/** What was measured while the load was steady. */
export interface LoadFigures {
  /** Messages that reached all members. */
  readonly deliveries: number
  readonly wallSeconds: number
  /** User and system time of the whole server process, and of the load process. */
  readonly serverCpuSeconds: number
  readonly loadCpuSeconds: number
  /** Reads that returned data, over all members: deliveries by reads tell how well the server gathers. */
  readonly reads: number
  /** From sending to delivery, 99 of 100 within this; where it was looked at. */
  readonly p99Millis?: number
}

export type LoadEvent =
  | { readonly type: "Joined"; readonly seconds: number }
  | { readonly type: "Progress"; readonly phase: "ramp" | "steady"; readonly deliveriesPerSecond: number }
  | { readonly type: "Measured"; readonly figures: LoadFigures; readonly messagesChecked: number }
  | { readonly type: "Failed"; readonly reason: string }
