/**
 * A crowd and its disasters in a few lines: who connects, what they do, what goes wrong and what must hold. It is plain
 * data, so the same one is played in a simulation, against a service started for it, or against any address, by one
 * process or by several.
 */
import type * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { Crowd } from "./Crowd.ts"
import { Expectation } from "./Expectation.ts"
import { Incident } from "./Incident.ts"
import { Millis, millis } from "./internal/time.ts"

export const Scenario = Schema.Struct({
  name: Schema.NonEmptyString,
  /** A sentence: why anybody would play it. */
  about: Schema.NonEmptyString,
  /** Of the measured part, which begins when everybody is in. */
  lasts: Millis,
  /** Not measured: the crowd already does what it does. */
  settles: Millis,
  /** Settings of a service that is started for it, named as in docs/CONFIGURATION.md. */
  settings: Schema.Record(Schema.String, Schema.String),
  crowds: Schema.Array(Crowd),
  incidents: Schema.Array(Incident),
  holds: Schema.Array(Expectation),
})
export type Scenario = typeof Scenario.Type

export const make = (options: {
  readonly name: string
  readonly about: string
  readonly lasts: Duration.Input
  /** Default: 1 s. */
  readonly settles?: Duration.Input
  readonly settings?: Readonly<Record<string, string>>
  readonly crowds: ReadonlyArray<Crowd>
  readonly incidents?: ReadonlyArray<Incident>
  readonly holds: ReadonlyArray<Expectation>
}): Scenario => ({
  name: options.name,
  about: options.about,
  lasts: millis(options.lasts),
  settles: millis(options.settles ?? "1 second"),
  settings: options.settings ?? {},
  crowds: options.crowds,
  incidents: options.incidents ?? [],
  holds: options.holds,
})

/** As many times the members; what each of them does stays. At least one of each crowd is left. */
export const scaled = (scenario: Scenario, factor: number): Scenario => ({
  ...scenario,
  crowds: scenario.crowds.map((crowd) => ({ ...crowd, count: Math.max(1, Math.round(crowd.count * factor)) })),
})

/** The same for another time; what goes wrong does so at the same part of it. */
export const lasting = (scenario: Scenario, time: Duration.Input): Scenario => {
  const lasts = millis(time)
  const { incidents } = scenario
  return {
    ...scenario,
    lasts,
    incidents: incidents.map(({ at, what }) => ({ at: (at / scenario.lasts) * lasts, what })),
  }
}
