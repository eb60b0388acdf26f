/** Has the service of a data folder end, by the signal that means it. */
import type * as CliError from "effect/cli/CliError"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Monotonic from "../../domain/Monotonic.ts"
import type { ServerSettings } from "../../server/ServerSettings.ts"
import { find } from "../../storage/LockHolder.ts"
import { Samples } from "../Samples.ts"
import { ask, localTarget, type Target } from "../serviceHttp.ts"
import { userError } from "../userError.ts"
import type { Ended, Progress } from "./Progress.ts"

const argumentsOf = (process: number): ReadonlyArray<string> => {
  try {
    return fs.readFileSync(`/proc/${process}/cmdline`, "utf8").split("\0")
  } catch {
    return []
  }
}

/** The process that has the folder: a service, or a program that embeds one. */
const holderOf = Effect.fnUntraced(function* (folder: string): Effect.fn.Return<number, CliError.UserError> {
  const where = path.resolve(folder)
  const holder = yield* Effect.try({
    try: () => find(folder),
    catch: (cause) => userError(`${where} cannot be looked into: run this as the user of the service`, cause),
  })
  if (!holder.held) return yield* userError(`no service runs on ${where}: name its folder with --data or NATTER_DATA`)
  if (holder.process === undefined) {
    return yield* userError(
      `a service runs on ${where}, as another user or on another machine: run this as its user, or send it SIGTERM there`,
    )
  }
  if (argumentsOf(holder.process).includes("restore")) {
    return yield* userError(`process ${holder.process} puts a backup back into ${where}: wait for it`)
  }
  return holder.process
})

const isAlive = (process_: number): boolean => {
  try {
    process.kill(process_, 0)
    // One that has ended and is not yet asked for its exit code.
    return !/^\d+ \(.*\) Z/s.test(fs.readFileSync(`/proc/${process_}/stat`, "utf8"))
  } catch {
    return false
  }
}

/** How many sessions there are, where the service says so over HTTP. */
const sessions = (target: Target | undefined, path: string): Effect.Effect<number | undefined> =>
  target === undefined
    ? Effect.undefined
    : ask(target, { path, within: 1000 }).pipe(
        Effect.map(({ body, status }) => (status === 200 ? new Samples(body).value("natter_sessions") : undefined)),
        Effect.orElseSucceed(() => undefined),
      )

const counted = (count: number | undefined): string =>
  count === undefined ? "" : `, ${count} ${count === 1 ? "session" : "sessions"} left`

/** Milliseconds between two looks. */
const lookEvery = 200

/** Where sessions can be asked for without TLS. */
const plainTarget = (settings: ServerSettings): Target | undefined => {
  const target = localTarget(settings)
  return target?.secure === true ? undefined : target
}

export const local = Effect.fnUntraced(function* (
  settings: ServerSettings,
  within: Duration.Duration,
  progress: Progress,
): Effect.fn.Return<Ended, CliError.UserError> {
  const target = plainTarget(settings)
  const holder = yield* holderOf(settings.data)
  const asked = sessions(target, settings.metrics.path)
  const before = yield* asked
  yield* Effect.try({
    try: () => process.kill(holder, "SIGTERM"),
    catch: (cause) => userError(`process ${holder} cannot be told to end: run this as its user`, cause),
  })

  const clock = yield* Clock.Clock
  const begun = Monotonic.millis(clock)
  let left = before
  while (isAlive(holder)) {
    const elapsed = Monotonic.millis(clock) - begun
    if (elapsed > Duration.toMillis(within)) {
      return yield* userError(
        `process ${holder} has not ended in ${Duration.format(within)}${counted(left)}: its log says what it waits for`,
      )
    }
    progress.show(`process ${holder} ends${counted(left)}, ${Math.round(elapsed / 1000)} s`, elapsed)
    const [now] = yield* Effect.all([asked, Effect.sleep(lookEvery)], { concurrency: "unbounded" })
    left = now ?? left
  }
  return { sessions: before, seconds: (Monotonic.millis(clock) - begun) / 1000 }
})
