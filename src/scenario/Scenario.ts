/**
 * A crowd and its disasters in a few lines: who connects, what they do, what goes wrong and what must hold. It is plain
 * data, so the same scenario can be played in a simulation, against a service that is started for it, or against any
 * address, by one process or by several.
 */
import type * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { Crowd } from "./Crowd.ts"
import { Expectation } from "./Expectation.ts"
import { Incident } from "./Incident.ts"
import { Millis, millis } from "./internal/time.ts"
import type { Transport } from "./Transport.ts"

export const Scenario = Schema.Struct({
  name: Schema.NonEmptyString,
  /** A sentence that says what the scenario is good for. */
  about: Schema.NonEmptyString,
  /** How long the measured part lasts. It begins after all members are in and `settles` is over. */
  lasts: Millis,
  /** Before the measured part: the members already carry out their activities, but nothing is measured yet. */
  settles: Millis,
  /** Settings of a service that is started for it, named as in docs/CONFIGURATION.md. */
  settings: Schema.Record(Schema.String, Schema.String),
  crowds: Schema.Array(Crowd),
  incidents: Schema.Array(Incident),
  holds: Schema.Array(Expectation),
  /** Ends the measured part as soon as an expectation is seen not to hold. */
  endsOnBreach: Schema.optionalKey(Schema.Boolean),
})
export type Scenario = typeof Scenario.Type

export const make = (options: {
  readonly name: string
  readonly about: string
  readonly lasts: Duration.Input
  /** Default: 1 s. */
  readonly settles?: Duration.Input
  readonly settings?: Readonly<Record<string, string>>
  /** Of the crowds that do not say theirs. */
  readonly transport?: Transport
  readonly crowds: ReadonlyArray<Crowd>
  readonly incidents?: ReadonlyArray<Incident>
  readonly holds: ReadonlyArray<Expectation>
  readonly endsOnBreach?: boolean
}): Scenario => ({
  name: options.name,
  about: options.about,
  lasts: millis(options.lasts),
  settles: millis(options.settles ?? "1 second"),
  settings: options.settings ?? {},
  crowds: options.crowds.map((crowd) => ({
    ...(options.transport === undefined ? {} : { transport: options.transport }),
    ...crowd,
  })),
  incidents: options.incidents ?? [],
  holds: options.holds,
  ...(options.endsOnBreach === undefined ? {} : { endsOnBreach: options.endsOnBreach }),
})

/** What is wrong with a scenario that is none of the types' affair: a line for each. */
export const problems = ({ crowds, holds, incidents }: Scenario): ReadonlyArray<string> => {
  const names = crowds.map(({ name }) => name)
  const unknown = (what: string, crowd: string | undefined) =>
    crowd === undefined || names.includes(crowd)
      ? []
      : [`${what} names the crowd ${JSON.stringify(crowd)}, and there is only ${names.join(", ")}`]
  return [
    ...holds.flatMap((one) => unknown("an expectation", "crowd" in one ? one.crowd : undefined)),
    ...incidents.flatMap(({ what }) => unknown("an incident", "crowd" in what ? what.crowd : undefined)),
  ]
}

/** The same with the texts that its activities take from files. */
export const withTexts = (
  scenario: Scenario,
  read: (file: string) => readonly [string, ...Array<string>],
): Scenario => ({
  ...scenario,
  crowds: scenario.crowds.map((crowd) => ({
    ...crowd,
    does: crowd.does.map((activity) =>
      "texts" in activity && activity.texts !== undefined && "file" in activity.texts
        ? { ...activity, texts: read(activity.texts.file) }
        : activity,
    ),
  })),
})

/** The same with the transports of all crowds said, from what they ask for. */
export const over = (scenario: Scenario, choose: (asked: Transport | undefined) => Transport): Scenario => ({
  ...scenario,
  crowds: scenario.crowds.map((crowd) => ({ ...crowd, transport: choose(crowd.transport) })),
})

/** The same with `factor` times as many members, at least one in each crowd. What each of them does stays the same. */
export const scaled = (scenario: Scenario, factor: number): Scenario => ({
  ...scenario,
  crowds: scenario.crowds.map((crowd) => ({ ...crowd, count: Math.max(1, Math.round(crowd.count * factor)) })),
})

/** The same with files that are sent and read at so many times the pace. */
const pacedBy = ({ crowds, holds, ...rest }: Scenario, factor: number): Scenario => ({
  ...rest,
  crowds: crowds.map((crowd) => ({
    ...crowd,
    does: crowd.does.map((one) =>
      (one._tag === "SendFile" || one._tag === "GetFiles") && one.bytesPerSecond !== undefined
        ? { ...one, bytesPerSecond: one.bytesPerSecond * factor }
        : one,
    ),
  })),
  holds: holds.map((one) => (one._tag === "FileRate" ? { ...one, atLeast: one.atLeast * factor } : one)),
})

/**
 * The same with a measured part of another length. Incidents move in proportion, and so does what begins later or is compared
 * with what was before; files that have a pace take the same part of it.
 */
export const lasting = (scenario: Scenario, time: Duration.Input): Scenario => {
  const lasts = millis(time)
  const moved = (at: number): number => (at / scenario.lasts) * lasts
  const { crowds, holds, incidents, ...rest } = pacedBy(scenario, scenario.lasts / lasts)
  return {
    ...rest,
    lasts,
    incidents: incidents.map(({ at, what }) => ({ at: moved(at), what })),
    holds: holds.map((one) => (one._tag === "Unmoved" ? { ...one, by: moved(one.by) } : one)),
    crowds: crowds.map((crowd) => ({
      ...crowd,
      does: crowd.does.map((one) => (one._tag === "SendFile" ? { ...one, after: moved(one.after) } : one)),
    })),
  }
}

/** The same with files of so many bytes. Where they have a pace they take as long as before. */
export const withFilesOf = (scenario: Scenario, bytes: number): Scenario => {
  const sizes = scenario.crowds.flatMap(({ does }) =>
    does.flatMap((one) => (one._tag === "SendFile" ? [one.bytes] : [])),
  )
  const { crowds, ...rest } = pacedBy(scenario, bytes / Math.max(1, ...sizes))
  return {
    ...rest,
    crowds: crowds.map((crowd) => ({
      ...crowd,
      does: crowd.does.map((one) => (one._tag === "SendFile" ? { ...one, bytes } : one)),
    })),
  }
}
