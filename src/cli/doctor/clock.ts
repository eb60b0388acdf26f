/** The clock: whether it says a time that can be, goes as fast as time passes, and is kept right by anybody. */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as Monotonic from "../../domain/Monotonic.ts"
import { about, type Finding } from "./Finding.ts"

const { ok, problem, warning } = about("clock")

export interface ClockFacts {
  readonly now: number
  /** When this Natter was installed, before which no clock can be right. */
  readonly installed: number
  /** Files of the data folder whose time is still to come. */
  readonly future: ReadonlyArray<string>
  /** By how many milliseconds it went wrong while it was looked at. */
  readonly drift: number
  /** Whether somebody keeps it right; undefined where that cannot be told. */
  readonly synchronised: boolean | undefined
}

const advice = "let the system keep it right, by systemd-timesyncd or chrony (`timedatectl set-ntp true`)"

export const clock = ({ drift, future, installed, now, synchronised }: ClockFacts): ReadonlyArray<Finding> => {
  const date = `it says ${DateTime.formatIso(DateTime.makeUnsafe(now)).replace(/\..*/, "")} UTC`
  return [
    now < installed ? problem(`${date}, which is before this Natter was installed`, advice) : ok(date),
    ...(future.length === 0
      ? []
      : [warning(`${future.join(", ")}: written at a time that is still to come, so it was set back`, advice)]),
    ...(Math.abs(drift) > 100
      ? [warning(`it went wrong by ${Math.round(drift)} ms within a moment: somebody is setting it`, advice)]
      : []),
    ...(synchronised === undefined
      ? [ok("whether it is kept right cannot be told here")]
      : [synchronised ? ok("it is kept right by the system") : warning("nobody keeps it right", advice)]),
  ]
}

/** How long is looked at it. */
const moment = 250

const readClocks = Effect.all([Clock.currentTimeMillis, Monotonic.now])

const drift = Effect.gen(function* () {
  const [wallBefore, before] = yield* readClocks
  yield* Effect.sleep(moment)
  const [wallAfter, after] = yield* readClocks
  return wallAfter - wallBefore - (after - before)
})

/** What systemd says about it, and does not where it is not there. */
const synchronised: Effect.Effect<boolean | undefined> = Effect.callback((resume) => {
  if (fs.existsSync("/run/systemd/timesync/synchronized")) return resume(Effect.succeed(true))
  const asked = execFile(
    "timedatectl",
    ["show", "--property=NTPSynchronized", "--value"],
    { timeout: 2000 },
    (error, output) => {
      const said = error === null ? output.trim() : ""
      resume(Effect.succeed(said === "yes" ? true : said === "no" ? false : undefined))
    },
  )
  return Effect.sync(() => void asked.kill())
})

export const look: Effect.Effect<Omit<ClockFacts, "future">> = Effect.all(
  {
    now: Clock.currentTimeMillis,
    installed: Effect.sync(() => fs.statSync(new URL(import.meta.url)).mtimeMs),
    drift,
    synchronised,
  },
  { concurrency: "unbounded" },
)
