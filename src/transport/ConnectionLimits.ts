/** How many connections there may be, together and from one address; shared by all listeners. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Meters } from "../observability/Meters.ts"
import { type Admission, type Bounds, Admissions } from "./internal/Admissions.ts"
import * as SharedCounts from "./SharedCounts.ts"
import { Tally } from "../domain/Tally.ts"

export type { Admission }

export interface ConnectionLimitSettings {
  readonly total: number
  /** From one address, or one /64 of IPv6; this machine is exempt. */
  readonly perAddress: number
}

/** A browser opens several connections for its requests, where a session has one. */
const requestsToOne = 4

/** Connections that are being told that they are refused, each with the time to take it in. */
const maxRefusals = 256

export class ConnectionLimits extends Context.Service<
  ConnectionLimits,
  {
    /** Counts a connection in, if it may come in; whoever is `exempt` stands for many others … */
    readonly admit: (address: string, exempt?: boolean) => Admission
    /** … and out again when it has ended: to be called once for each that was counted, with the answer it got. */
    readonly release: (address: string, admission: Admission) => void
    /**
     * The same for what carries requests of HTTP one by one, which is no connection to a session: it has places of its own,
     * four times as many.
     */
    readonly requests: Pick<Admissions, "admit" | "release" | "taken" | "refusing">
    /**
     * Lets in no more than this process can open, which is less than a setting may say: where no file can be opened any
     * more the system drops connections in silence. The most that are let in from now on.
     */
    readonly fit: (freeFiles: number) => number
    /** Logs that somebody was refused: the first time at once, then how many, now and then. */
    readonly note: (refusal: Exclude<Admission, "Admitted">) => Effect.Effect<void>
    /** Connections that are open, the refused ones too. */
    readonly open: () => number
    /** How many may be open with a session. */
    readonly most: () => number
  }
>()("natter/transport/ConnectionLimits") {
  static readonly Settings = Context.Reference<ConnectionLimitSettings>("natter/transport/ConnectionLimits/Settings", {
    defaultValue: () => ({ total: 100_000, perAddress: 64 }),
  })

  /** In what this thread counts its sessions together with others; undefined where it has all of them. */
  static readonly Shared = Context.Reference<
    { readonly counters: SharedCounts.SharedCounters; readonly place: number } | undefined
  >("natter/transport/ConnectionLimits/Shared", { defaultValue: () => undefined })

  static readonly layer = Layer.effect(
    ConnectionLimits,
    Effect.map(
      Effect.all([ConnectionLimits.Settings, Clock.Clock, Meters, ConnectionLimits.Shared]),
      ([{ perAddress, ...settings }, clock, meter, shared]) => {
        const onRefused = (admission: Exclude<Admission, "Admitted">) => meter.refusals.add(admission)
        const bounds: Bounds = { total: settings.total, perAddress, refusals: maxRefusals }
        const counts = shared && SharedCounts.countsOf(shared.counters, shared.place)
        const connections = new Admissions(bounds, onRefused, counts)
        const requestBounds: Bounds = {
          total: settings.total * requestsToOne,
          perAddress: perAddress * requestsToOne,
          refusals: maxRefusals,
        }
        const requests = new Admissions(requestBounds, onRefused)
        const refused = new Tally(clock)

        return ConnectionLimits.of({
          admit: (address, exempt) => connections.admit(address, exempt),
          release: (address, admission) => connections.release(address, admission),
          requests,
          fit: (freeFiles) => {
            // For whom is refused, and whatever else is opened now and then.
            const spare = Math.min(64, Math.max(4, Math.floor(freeFiles / 4)))
            bounds.total = Math.max(1, Math.min(settings.total, freeFiles - spare))
            if (bounds.total < settings.total) bounds.refusals = Math.min(maxRefusals, Math.ceil(spare / 2))
            requestBounds.total = Math.min(requestBounds.total, Math.max(1, freeFiles - spare))
            return bounds.total
          },
          note: (refusal) =>
            Effect.suspend(() => {
              const count = refused.count()
              if (count === undefined) return Effect.void
              return Effect.logWarning(
                refusal === "TooManyConnections"
                  ? `refused ${count} more connections: one address has ${perAddress}, as many as it may`
                  : `refused ${count} more connections: ${connections.taken} are open, of ${bounds.total} that are let in`,
              )
            }),
          open: () => connections.taken + connections.refusing,
          most: () => bounds.total,
        })
      },
    ),
  )
}
