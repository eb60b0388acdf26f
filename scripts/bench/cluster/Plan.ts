// What the load of a service of several nodes is told, and what it says: `load.ts` is the process that does it.
import type { Counts } from "../../../src/scenario/Histogram.ts"

export interface Client {
  readonly name: string
  readonly port: number
  readonly channels: ReadonlyArray<string>
  /** Of its channels, those in which it speaks. */
  readonly speaksIn: ReadonlyArray<string>
  /** Only what these are told is measured, where there are any; otherwise what all are told. */
  readonly isMeasured?: boolean
}

export interface Plan {
  readonly host: string
  readonly clients: ReadonlyArray<Client>
  /**
   * So many messages a second of all together, each due at its moment; or as many as are acknowledged, with so many at a
   * time of all together that are not.
   */
  readonly rate?: number
  readonly inFlight?: number
  /** Bytes of content. */
  readonly bytes: number
  readonly rampSeconds: number
  readonly seconds: number
}

export interface Figures {
  readonly seconds: number
  /** Acknowledged, and delivered to members, in the measured time. */
  readonly acknowledged: number
  readonly delivered: number
  /** Of what was due in the measured time: until its acknowledgement, and until each delivery. */
  readonly acknowledgement: Counts
  readonly delivery: Counts
  /** The latest that a message was sent after its moment, in milliseconds. */
  readonly latest: number
  /** Seconds of CPU that the load itself has used in the measured time. */
  readonly cpu: number
}

export type LoadEvent =
  | { readonly type: "Measuring" | "Over" }
  | { readonly type: "Measured"; readonly figures: Figures }
  | { readonly type: "Failed"; readonly reason: string }
