import * as Duration from "effect/Duration"
import type { Direction, Fault } from "../Fault.ts"

/** What the faults in force come to for one direction of a link. Times are in milliseconds. */
export interface Conditions {
  readonly delay: number
  readonly jitter: number
  readonly bytesPerSecond: number
  readonly stalled: boolean
  readonly lossy: boolean
  readonly corrupt: number
}

export const noConditions: Conditions = {
  delay: 0,
  jitter: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  stalled: false,
  lossy: false,
  corrupt: 0,
}

/** Delays add up; of several limits the lowest counts, and of several corruptions the most probable. */
export const conditions = (faults: Iterable<Fault>, direction: Direction): Conditions => {
  let result = noConditions
  for (const fault of faults) {
    if (fault._tag === "Refuse" || fault._tag === "Cut" || fault._tag === "HalfClose") continue
    if (fault.on !== undefined && fault.on !== "both" && fault.on !== direction) continue
    result = { ...result, ...change(result, fault) }
  }
  return result
}

type LastingFault = Exclude<Fault, { readonly _tag: "Refuse" | "Cut" | "HalfClose" }>

const change = (before: Conditions, fault: LastingFault): Partial<Conditions> => {
  switch (fault._tag) {
    case "Delay":
      return {
        delay: before.delay + Duration.toMillis(fault.by),
        jitter: before.jitter + Duration.toMillis(fault.jitter ?? Duration.zero),
      }
    case "Limit":
      return { bytesPerSecond: Math.min(before.bytesPerSecond, fault.bytesPerSecond) }
    case "Stall":
      return { stalled: true }
    case "HalfOpen":
      return { lossy: true }
    case "Corrupt":
      return { corrupt: Math.max(before.corrupt, fault.probability) }
  }
}
