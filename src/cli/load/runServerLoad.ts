/** What `natter load http` and `natter load ws` have in common. */
import type * as CliError from "effect/cli/CliError"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type { LoadError } from "../../load/LoadError.ts"
import { Progress } from "../../load/Progress.ts"
import type { Result } from "../../scenario/Result.ts"
import { userError } from "../userError.ts"
import { ending } from "./exit.ts"
import { deliver, type Files, ready } from "./deliver.ts"

/** The flags that both have. */
export interface ServerFlags extends Files {
  readonly url: URL
  readonly connections: number
  readonly rate: Option.Option<number>
  readonly for: Duration.Duration
  readonly timeout: Duration.Duration
  readonly count: Option.Option<number>
  readonly header: Readonly<Record<string, string | ReadonlyArray<string>>>
  readonly insecure: boolean
  readonly p99: Option.Option<Duration.Duration>
  readonly errors: Option.Option<number>
  readonly throughput: Option.Option<number>
  readonly failOnError: boolean
}

const optionsOf = (given: ServerFlags, stopped: (result: Result) => Effect.Effect<void>) => ({
  url: given.url,
  connections: given.connections,
  perSecond: given.rate,
  lasts: given.for,
  timeout: given.timeout,
  count: Option.getOrElse(given.count, () => Number.POSITIVE_INFINITY),
  headers: given.header,
  insecure: given.insecure,
  p99: given.p99,
  errorRate: given.errors,
  throughput: given.throughput,
  noErrors: given.failOnError,
  stopped,
})

const advice: Readonly<Record<string, string>> = {
  refused: "nothing listens there",
  "unknown host": "look for a typing mistake",
  "not HTTP": "is it the right port?",
  "certificate not trusted": "take it all the same with --insecure",
  "not TLS": "is it http:// or ws://, without an s?",
}

const explain = (error: LoadError): CliError.UserError =>
  userError(error.message + (advice[error.reason] === undefined ? "" : `: ${advice[error.reason]}`), error)

/** Runs the load, shows its progress, and prints and writes the result. */
export const run = Effect.fnUntraced(function* (
  given: ServerFlags,
  load: (options: ReturnType<typeof optionsOf>) => Effect.Effect<Result, LoadError, Progress>,
) {
  yield* ready(given)
  const fs = yield* FileSystem.FileSystem
  const stopped = (result: Result) => ending(Effect.provideService(deliver(result, given), FileSystem.FileSystem, fs))
  const result = yield* load(optionsOf(given, stopped)).pipe(Effect.mapError(explain), Effect.provide(Progress.layer))
  yield* deliver(result, given)
})
