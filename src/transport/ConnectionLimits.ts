/** How many connections there may be, together and from one address; shared by all listeners. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { isLoopback, network } from "../domain/Network.ts"

/** Refused, and said so; `Overwhelmed`: in one word, without waiting for the other side. */
export type Admission = "Admitted" | "ServerFull" | "TooManyConnections" | "Overwhelmed"

export interface ConnectionLimitSettings {
  readonly total: number
  /** From one address, or one /64 of IPv6; loopback is exempt. */
  readonly perAddress: number
}

/** Nanoseconds between two lines about refused connections. */
const noteEvery = 10_000_000_000n

/** Connections that are being told that they are refused, each with the time to take it in. */
const maxRefusals = 256

export class ConnectionLimits extends Context.Service<
  ConnectionLimits,
  {
    /** Counts a connection in, if it may come in … */
    readonly admit: (address: string) => Admission
    /** … and out again when it has ended: to be called once for each that was counted, with the answer it got. */
    readonly release: (address: string, admission: Admission) => void
    /**
     * Lets in no more than this process can open, which is less than a setting may say: where no file can be opened any
     * more the system drops connections in silence. The most that are let in from now on.
     */
    readonly fit: (freeFiles: number) => number
    /** Logs that somebody was refused: the first time at once, then how many, now and then. */
    readonly note: (refusal: Exclude<Admission, "Admitted">) => Effect.Effect<void>
    /** Connections that are open, the refused ones too. */
    readonly open: () => number
  }
>()("natter/transport/ConnectionLimits") {
  static readonly Settings = Context.Reference<ConnectionLimitSettings>("natter/transport/ConnectionLimits/Settings", {
    defaultValue: () => ({ total: 100_000, perAddress: 64 }),
  })

  static readonly layer = Layer.effect(
    ConnectionLimits,
    Effect.map(Effect.all([ConnectionLimits.Settings, Clock.Clock]), ([{ perAddress, ...settings }, clock]) => {
      // At most `total` entries: an address without connections has none.
      const byAddress = new Map<string, number>()
      let { total } = settings
      let refusals = maxRefusals
      let admitted = 0
      let unnoted = 0
      let notedAt: bigint | undefined
      let refusing = 0

      return ConnectionLimits.of({
        admit: (address) => {
          const group = network(address)
          const fromAddress = byAddress.get(group) ?? 0
          const full = admitted >= total ? "ServerFull" : undefined
          const refusal = full ?? (fromAddress >= perAddress && !isLoopback(address) ? "TooManyConnections" : undefined)
          if (refusal !== undefined) {
            if (refusing >= refusals) return "Overwhelmed"
            refusing++
            return refusal
          }
          admitted++
          byAddress.set(group, fromAddress + 1)
          return "Admitted"
        },
        release: (address, admission) => {
          if (admission === "Overwhelmed") return
          if (admission !== "Admitted") return void refusing--
          admitted--
          const group = network(address)
          const left = byAddress.get(group)! - 1
          if (left === 0) byAddress.delete(group)
          else byAddress.set(group, left)
        },
        fit: (freeFiles) => {
          // For whom is refused, and whatever else is opened now and then.
          const spare = Math.min(64, Math.max(4, Math.floor(freeFiles / 4)))
          total = Math.max(1, Math.min(settings.total, freeFiles - spare))
          if (total < settings.total) refusals = Math.min(maxRefusals, Math.ceil(spare / 2))
          return total
        },
        note: (refusal) =>
          Effect.suspend(() => {
            unnoted++
            const now = clock.monotonicTimeNanosUnsafe()
            if (notedAt !== undefined && now - notedAt < noteEvery) return Effect.void
            notedAt = now
            const refused = unnoted
            unnoted = 0
            return Effect.logWarning(
              refusal === "TooManyConnections"
                ? `refused ${refused} more connections: one address has ${perAddress}, as many as it may`
                : `refused ${refused} more connections: ${admitted} are open, of ${total} that are let in`,
            )
          }),
        open: () => admitted + refusing,
      })
    }),
  )
}
