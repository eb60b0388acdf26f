/** Faults of members' connections and of the service, and when they happen. */
import type * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { Millis, millis } from "./internal/time.ts"

/** Whose connections a fault concerns: those of a share of a crowd. */
const linkSelection = {
  crowd: Schema.String,
  share: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
}

/**
 * - `Cut`: connections break without a goodbye; they can be made again at once.
 * - `HalfOpen`: nothing arrives any more in either direction, and neither side notices.
 * - `Stall`: members read nothing and send nothing for a time, and then all that has waited.
 * - `Delay`: for a time, what arrives is held back.
 * - `Kill`: the service is killed (SIGKILL) and started again after `down`.
 * - `Restart`: the service is asked to stop (SIGTERM), drains its sessions, and is started again after `down`.
 */
export const Fault = Schema.TaggedUnion({
  Cut: linkSelection,
  HalfOpen: linkSelection,
  Stall: { ...linkSelection, for: Millis },
  Delay: { ...linkSelection, by: Millis, for: Millis },
  Kill: { down: Millis },
  Restart: { down: Millis },
})
export type Fault = typeof Fault.Type

export const Incident = Schema.Struct({
  /** From the beginning of the measured part. */
  at: Millis,
  what: Fault,
})
export type Incident = typeof Incident.Type

interface LinkSelection {
  readonly crowd: string
  /** Default: all of it. */
  readonly share?: number
}

const of = ({ crowd, share = 1 }: LinkSelection) => ({ crowd, share })

export const at = (time: Duration.Input, what: Fault): Incident => ({ at: millis(time), what })

export const cut = (options: LinkSelection): Fault => ({ _tag: "Cut", ...of(options) })
export const halfOpen = (options: LinkSelection): Fault => ({ _tag: "HalfOpen", ...of(options) })
export const stall = (options: LinkSelection & { readonly for: Duration.Input }): Fault => ({
  _tag: "Stall",
  ...of(options),
  for: millis(options.for),
})
export const delay = (
  options: LinkSelection & { readonly by: Duration.Input; readonly for: Duration.Input },
): Fault => ({
  _tag: "Delay",
  ...of(options),
  by: millis(options.by),
  for: millis(options.for),
})
export const kill = (options: { readonly down: Duration.Input }): Fault => ({
  _tag: "Kill",
  down: millis(options.down),
})
export const restart = (options: { readonly down: Duration.Input }): Fault => ({
  _tag: "Restart",
  down: millis(options.down),
})

/** The fault in a few words, for marks and progress. */
export const describe = (what: Fault): string => {
  const seconds = (time: number) => `${time / 1000} s`
  switch (what._tag) {
    case "Kill":
      return `the service is killed, back after ${seconds(what.down)}`
    case "Restart":
      return `the service is restarted, back after ${seconds(what.down)}`
    default: {
      const who = `${Math.round(what.share * 100)} % of ${what.crowd}`
      if (what._tag === "Cut") return `${who} cut off`
      if (what._tag === "HalfOpen") return `${who} hear nothing any more`
      if (what._tag === "Stall") return `${who} stall for ${seconds(what.for)}`
      return `${who} ${what.by} ms away for ${seconds(what.for)}`
    }
  }
}
