/** What `natter drain` does. */
import type * as CliError from "effect/cli/CliError"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Monotonic from "../../domain/Monotonic.ts"
import type { ServerSettings } from "../../server/ServerSettings.ts"
import { find } from "../../storage/LockHolder.ts"
import { Samples } from "../Samples.ts"
import { ask, localTarget, type Target } from "../serviceHttp.ts"
import { loadSettings, type SettingFlags } from "../settingFlags.ts"
import { userError } from "../userError.ts"

interface Flags extends SettingFlags {
  readonly within: Option.Option<Duration.Duration>
}

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
const sessions = (target: Target | undefined): Effect.Effect<number | undefined> =>
  target === undefined
    ? Effect.undefined
    : ask(target, { path: "/metrics", within: 1000 }).pipe(
        Effect.map(({ body, status }) => (status === 200 ? new Samples(body).value("natter_sessions") : undefined)),
        Effect.orElseSucceed(() => undefined),
      )

const counted = (count: number | undefined): string =>
  count === undefined ? "" : `, ${count} ${count === 1 ? "session" : "sessions"} left`

/** Milliseconds between two looks, and between two lines where they cannot be drawn over each other. */
const lookEvery = 200
const lineEvery = 5000

/** Says how far it is: one line again and again on a terminal, otherwise one now and then. */
const saying = () => {
  const { env, stderr } = process
  const inPlace = stderr.isTTY && env["TERM"] !== "dumb"
  let said = 0
  return {
    progress: (text: string, elapsed: number) => {
      if (inPlace) return void stderr.write(`\r${text}\u001b[K`)
      if (elapsed - said < lineEvery) return
      said = elapsed
      stderr.write(`natter: ${text}\n`)
    },
    done: () => inPlace && void stderr.write("\r\u001b[K"),
  }
}

/** Where sessions can be asked for without TLS. */
const plainTarget = (settings: ServerSettings): Target | undefined => {
  const target = localTarget(settings)
  return target?.secure === true ? undefined : target
}

export const run = Effect.fnUntraced(function* (given: Flags) {
  const { settings } = yield* loadSettings(given)
  const target = plainTarget(settings)
  const holder = yield* holderOf(settings.data)
  const before = yield* sessions(target)
  yield* Effect.try({
    try: () => process.kill(holder, "SIGTERM"),
    catch: (cause) => userError(`process ${holder} cannot be told to end: run this as its user`, cause),
  })

  const clock = yield* Clock.Clock
  const begun = Monotonic.millis(clock)
  const within = Option.getOrElse(given.within, () => Duration.sum(settings.shutdown.hardStop, Duration.seconds(5)))
  const { done, progress } = saying()
  let left = before
  while (isAlive(holder)) {
    const elapsed = Monotonic.millis(clock) - begun
    if (elapsed > Duration.toMillis(within)) {
      done()
      return yield* userError(
        `process ${holder} has not ended in ${Duration.format(within)}${counted(left)}: its log says what it waits for`,
      )
    }
    progress(`process ${holder} ends${counted(left)}, ${Math.round(elapsed / 1000)} s`, elapsed)
    const [now] = yield* Effect.all([sessions(target), Effect.sleep(lookEvery)], { concurrency: "unbounded" })
    left = now ?? left
  }
  done()
  const seconds = ((Monotonic.millis(clock) - begun) / 1000).toFixed(1)
  const had =
    before === undefined ? "" : `; it had ${before} ${before === 1 ? "session" : "sessions"}, all told to come back`
  yield* Console.error(`the service has ended after ${seconds} s${had}`)
})
