// What the load over a protocol is told, and what it says: `doors/main.ts` is the process that does it.
import type { LoadPlan } from "../fanout/Plan.ts"

/** What is spoken. */
export type Door =
  | { readonly protocol: "mqtt"; readonly version: 4 | 5; readonly qos: 0 | 1 }
  | { readonly protocol: "irc" | "grpc" | "natter" }

/** The same as that of the fan-out over version 1, and what the work is: to talk, or to be there. */
export type DoorPlan = Omit<LoadPlan, "framing"> & {
  readonly door: Door
  readonly work: "talk" | "idle"
}
