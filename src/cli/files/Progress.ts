/** Shows how far a file is: on a terminal in one line that changes, elsewhere by a line now and then, on standard error. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { printable } from "../../client/Printable.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import { bar, line } from "../bar.ts"
import { Pace } from "../Pace.ts"

/** Milliseconds between two pictures, and between two lines. */
const drawEvery = 100
const lineEvery = 5000

export interface Progress {
  /** So many bytes of the file are there. */
  readonly at: (done: number) => void
  /** More of them are. */
  readonly more: (bytes: number) => void
  /** What keeps it from going on; undefined as soon as it does. */
  readonly waits: (why: string | undefined) => void
}

/** Until the scope closes, which leaves nothing of it on a terminal. `quiet`: nothing is shown. */
export const make = (name: string, size: number, quiet: boolean): Effect.Effect<Progress, never, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const { env, stderr } = process
    const inPlace = stderr.isTTY && env["TERM"] !== "dumb"
    const shown = printable(name)
    let pace = new Pace()
    let done = 0
    let waits: string | undefined
    let drawn = -Infinity
    let said = Monotonic.millis(clock)

    const show = (): void => {
      const now = Monotonic.millis(clock)
      if (quiet || now - drawn < drawEvery) return
      drawn = now
      pace.add(now, done)
      const standing = { name: shown, done, size, rate: pace.rate, waits }
      if (inPlace) return void stderr.write(`\r${bar(standing, stderr.columns || 80)}\u001b[K`)
      if (now - said < lineEvery) return
      said = now
      stderr.write(`natter: ${line(standing)}\n`)
    }
    yield* Effect.addFinalizer(() => Effect.sync(() => inPlace && !quiet && void stderr.write("\r\u001b[K")))

    return {
      at: (bytes) => {
        done = bytes
        // From here on it is as fast as it is.
        pace = new Pace()
        show()
      },
      more: (bytes) => {
        done += bytes
        show()
      },
      waits: (why) => {
        waits = why
        drawn = -Infinity
        show()
      },
    }
  })
