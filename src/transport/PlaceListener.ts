/** A listener in one place: whatever is accepted there goes through its entrance. */
import * as Effect from "effect/Effect"
import { Sessions } from "../session/Sessions.ts"
import * as Entrance from "./Entrance.ts"
import type { Listener } from "./Listener.ts"
import * as Opening from "./Opening.ts"
import { format, type Place } from "./Place.ts"

export const make = (place: Place, settings: Opening.OpeningSettings, behind: Entrance.Behind): Listener => ({
  transport: transportOf(place),
  listen: Effect.gen(function* () {
    // When the scope closes what was accepted ends first.
    const { open } = yield* Opening.make
    const accept = yield* Entrance.make(place, behind)
    const { draining: ending, handingOver } = yield* Sessions
    const opened = yield* open(place, { ...settings, ending, handingOver }, accept)
    return opened.kind === "tcp" ? { host: opened.host, port: opened.port } : { host: format(opened), port: 0 }
  }),
})

/** What it is called in logs, and in the ids of sessions. */
export const transportOf = ({ kind, tls }: Place): string => (kind === "tcp" && tls === "always" ? "tls" : kind)
