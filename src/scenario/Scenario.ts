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

/** The same with a measured part of another length. Incidents move in proportion. */
export const lasting = (scenario: Scenario, time: Duration.Input): Scenario => {
  const lasts = millis(time)
  const { incidents } = scenario
  return {
    ...scenario,
    lasts,
    incidents: incidents.map(({ at, what }) => ({ at: (at / scenario.lasts) * lasts, what })),
  }
}
