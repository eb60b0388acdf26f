/** How many connections there may be, together and from one address; shared by all listeners. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { addressGroup, isLoopback } from "./internal/address.ts"

/** Refused, and said so; `Overwhelmed`: not even that. */
export type Admission = "Admitted" | "ServerFull" | "TooManyConnections" | "Overwhelmed"

export interface ConnectionLimitSettings {
  readonly total: number
  /** From one address, or one /64 of IPv6; loopback is exempt. */
  readonly perAddress: number
}

/** Connections that are being told that they are refused; more are just dropped. */
const maxRefusals = 256

export class ConnectionLimits extends Context.Service<
  ConnectionLimits,
  {
    /** Counts a connection in, if it may come in … */
    readonly admit: (address: string) => Admission
    /** … and out again when it has ended: to be called once for each that was counted, with the answer it got. */
    readonly release: (address: string, admission: Admission) => void
    /** Connections that are open, the refused ones too. */
    readonly open: () => number
  }
>()("natter/transport/ConnectionLimits") {
  static readonly Settings = Context.Reference<ConnectionLimitSettings>("natter/transport/ConnectionLimits/Settings", {
    defaultValue: () => ({ total: 100_000, perAddress: 64 }),
  })

  static readonly layer = Layer.effect(
    ConnectionLimits,
    Effect.map(ConnectionLimits.Settings, ({ perAddress, total }) => {
      // At most `total` entries: an address without connections has none.
      const byAddress = new Map<string, number>()
      let admitted = 0
      let refusing = 0

      return ConnectionLimits.of({
        admit: (address) => {
          const group = addressGroup(address)
          const fromAddress = byAddress.get(group) ?? 0
          const full = admitted >= total ? "ServerFull" : undefined
          const refusal = full ?? (fromAddress >= perAddress && !isLoopback(address) ? "TooManyConnections" : undefined)
          if (refusal !== undefined) {
            if (refusing >= maxRefusals) return "Overwhelmed"
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
          const group = addressGroup(address)
          const left = byAddress.get(group)! - 1
          if (left === 0) byAddress.delete(group)
          else byAddress.set(group, left)
        },
        open: () => admitted + refusing,
      })
    }),
  )
}
