/** The result of a load: it is kept as JSON, shown as a page, and compared with others. */
import * as Schema from "effect/Schema"
import { Scenario } from "./Scenario.ts"

/** The latencies of one kind: a histogram, and the figures that are asked for most. Times are in milliseconds. */
const Latency = Schema.Struct({
  name: Schema.String,
  unit: Schema.Literal("ms"),
  /** A bucket and how many are in it; the middle of bucket `n` is 1.01^n microseconds. */
  counts: Schema.Array(Schema.Tuple([Schema.Int, Schema.Int])),
  count: Schema.Int,
  /** Those of them that were due and did not come. They count as having taken as long as they were waited for, at least. */
  lost: Schema.optionalKey(Schema.Int),
  min: Schema.Finite,
  p50: Schema.Finite,
  p90: Schema.Finite,
  p99: Schema.Finite,
  p999: Schema.Finite,
  max: Schema.Finite,
  mean: Schema.Finite,
})

/** A value over time: pairs of seconds since the load began and the value at that time. */
const Series = Schema.Struct({
  name: Schema.String,
  /** `ms`, `/s`, `bytes`, `%` or nothing. */
  unit: Schema.String,
  points: Schema.Array(Schema.Tuple([Schema.Finite, Schema.Finite])),
})

/** What was promised, and whether it holds. What a run could not find out does not count as held. */
export const Verdict = Schema.Struct({
  promise: Schema.String,
  holds: Schema.Union([Schema.Boolean, Schema.Literal("not judged here")]),
  found: Schema.String,
  asked: Schema.String,
})
export type Verdict = typeof Verdict.Type

export const Result = Schema.Struct({
  format: Schema.Literal("natter-load/1"),
  /** Natter's version. */
  natter: Schema.String,
  what: Schema.Struct({ name: Schema.String, about: Schema.String, scenario: Schema.optionalKey(Scenario) }),
  /** Where it was run: `simulation`, `local`, `remote`, `http` or `ws`. */
  world: Schema.String,
  target: Schema.String,
  machine: Schema.Struct({
    cpu: Schema.String,
    cores: Schema.Int,
    /** Bytes. */
    memory: Schema.Finite,
    node: Schema.String,
    os: Schema.String,
  }),
  /** ISO 8601. */
  startedAt: Schema.String,
  /** Of the measured part. */
  seconds: Schema.Finite,
  seed: Schema.optionalKey(Schema.Int),
  /** How many processes made the load. */
  processes: Schema.Int,
  latencies: Schema.Array(Latency),
  series: Schema.Array(Series),
  counters: Schema.Record(Schema.String, Schema.Finite),
  /** How often, by reason. */
  errors: Schema.Record(Schema.String, Schema.Finite),
  /** What happened when, in seconds since the load began. */
  marks: Schema.Array(Schema.Struct({ at: Schema.Finite, label: Schema.String })),
  verdicts: Schema.Array(Verdict),
})
export type Result = typeof Result.Type

/** All verdicts in one sentence. */
export const summary = ({
  verdicts,
}: Pick<Result, "verdicts">): { readonly kind: "good" | "bad" | "open"; readonly text: string } => {
  const count = (holds: Verdict["holds"]) => verdicts.filter((verdict) => verdict.holds === holds).length
  const [held, broken, open] = [count(true), count(false), count("not judged here")]
  const all = verdicts.length
  const rest = open === 0 ? "" : `, ${open} not judged here`
  if (all === 0) return { kind: "open", text: "Nothing was promised" }
  if (broken > 0 && all === 1) return { kind: "bad", text: "The promise does not hold" }
  if (broken > 0)
    return { kind: "bad", text: `${broken} of ${all} promises ${broken === 1 ? "does" : "do"} not hold${rest}` }
  if (held === 0) return { kind: "open", text: "Nothing could be judged here" }
  if (open > 0) return { kind: "good", text: `${held} of ${all} promises hold${rest}` }
  return { kind: "good", text: all === 1 ? "The promise holds" : `All ${all} promises hold` }
}

/** The labels by which a page knows the measured part. */
export const measuredPart = { begins: "measured part begins", ends: "measured part ends" } as const
