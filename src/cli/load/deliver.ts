/** Prints the result of a load on standard output, and writes it to the files that were asked for. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import { dirname } from "node:path"
import { type Result, summary, type Verdict } from "../../scenario/Result.ts"
import { brokenPromise, usageError } from "./exit.ts"

export interface Files {
  readonly json: Option.Option<string>
  readonly html: Option.Option<string>
  readonly junit?: Option.Option<string>
  readonly csv?: Option.Option<string>
}

const none = Option.none<string>()

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 2 })
const millis = (value: number) => `${number.format(value)} ms`

const judged = (holds: Verdict["holds"]): string => {
  if (holds === "not judged here") return "not judged"
  return holds ? "holds" : "DOES NOT HOLD"
}

/** How many messages there were, and their rate in the measured part. */
const amount = ({ counters, latencies, seconds, what }: Result): string => {
  const { delivered = 0, sent = 0 } = counters
  const perSecond = (count: number) => number.format(count / Math.max(seconds, 0.001))
  if (what.scenario !== undefined) {
    const { count = 0, lost = 0 } = latencies.find(({ name }) => name === "delivery") ?? {}
    const measured = count - lost
    return `${number.format(sent)} sent, ${number.format(delivered)} delivered; of the ${number.format(seconds)} s that were measured: ${perSecond(measured)} a second`
  }
  const bytes = (counters["bytes received"] ?? 0) / 1024 / 1024
  return `${number.format(sent)} sent, ${number.format(delivered)} answered in ${number.format(seconds)} s: ${perSecond(delivered)} a second${bytes === 0 ? "" : `, ${perSecond(bytes)} MiB/s`}`
}

/** Over what the crowds spoke, where that was not TCP alone. */
const transports = ({ what }: Result): ReadonlyArray<string> => {
  const crowds = what.scenario?.crowds ?? []
  if (crowds.every(({ transport = "tcp" }) => transport === "tcp")) return []
  return [`  ${crowds.map(({ name, transport = "tcp" }) => `${name} over ${transport}`).join(", ")}`]
}

const lines = (result: Result): ReadonlyArray<string> => {
  const { counters, errors, latencies, verdicts } = result
  return [
    result.what.name,
    `  ${amount(result)}`,
    ...transports(result),
    ...latencies.map(
      ({ lost = 0, max, name, p50, p90, p99, p999 }) =>
        `  ${name.padEnd(Math.max(...latencies.map(({ name }) => name.length)))} p50 ${millis(p50)}, p90 ${millis(p90)}, p99 ${millis(p99)}, p99.9 ${millis(p999)}, at most ${millis(max)}${lost === 0 ? "" : `; ${number.format(lost)} never came`}`,
    ),
    ...Object.entries(counters).flatMap(([name, count]) =>
      name.startsWith("status ") ? [`  ${name}: ${number.format(count)}`] : [],
    ),
    ...Object.entries(errors).map(([reason, count]) => `  error: ${reason}: ${number.format(count)}`),
    ...verdicts.map(({ asked, found, holds, promise }) => `  ${judged(holds)}: ${promise}: ${found} (asked: ${asked})`),
    ...(verdicts.length === 0 ? [] : [`  ${summary(result).text}.`]),
  ]
}

const write = Effect.fnUntraced(function* (path: string, text: string) {
  const fs = yield* FileSystem.FileSystem
  yield* Effect.mapError(fs.writeFileString(path, text), () =>
    usageError(`${path} cannot be written: choose another file`),
  )
})

/** Checked before the load begins, since its result would be lost: fails with `UsageError` where a file cannot be written. */
export const ready = Effect.fnUntraced(function* ({ csv = none, html, json, junit = none }: Files) {
  const fs = yield* FileSystem.FileSystem
  for (const path of [json, html, junit, csv].flatMap(Option.toArray)) {
    yield* Effect.mapError(fs.access(dirname(path), { writable: true }), () =>
      usageError(`${path} cannot be written: choose a file in a folder that is there`),
    )
  }
})

/** Prints and writes the result; then fails with `BrokenPromise` where a promise does not hold. */
export const deliver = Effect.fnUntraced(function* (result: Result, { csv = none, html, json, junit = none }: Files) {
  yield* Console.log(lines(result).join("\n"))
  if (Option.isSome(json)) yield* write(json.value, `${JSON.stringify(result)}\n`)
  if (Option.isSome(html)) {
    const Report = yield* Effect.promise(() => import("../../scenario/Report.ts"))
    yield* write(html.value, yield* Report.make(result))
  }
  if (Option.isSome(junit)) {
    const JUnit = yield* Effect.promise(() => import("../../scenario/JUnit.ts"))
    yield* write(junit.value, JUnit.make(result))
  }
  if (Option.isSome(csv)) {
    const Csv = yield* Effect.promise(() => import("../../scenario/Csv.ts"))
    yield* write(csv.value, Csv.make(result))
  }
  const broken = brokenPromise(result)
  if (broken !== undefined) return yield* broken
})
