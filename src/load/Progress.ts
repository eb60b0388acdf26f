/** Shows the progress of a load: a few rows of a terminal, drawn in place, or a line now and then. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { printable } from "../client/Printable.ts"
import * as Monotonic from "../domain/Monotonic.ts"
import type { Snapshot } from "../scenario/Snapshot.ts"
import { Rates } from "./internal/progress/rates.ts"
import { back, lineOf, rowsOf } from "./internal/progress/rows.ts"
import { type ProgressScreen, standardError } from "./internal/progress/screen.ts"

/** Milliseconds between two drawings: more cannot be read, and would cost what is measured. */
const redrawAfter = 200
/** Milliseconds between two lines where nothing can be drawn in place. */
const lineAfter = 10_000

interface ProgressDisplay {
  /** May be called often, and should be at least once a second: it draws no more often than can be read. */
  readonly show: (snapshot: Snapshot) => Effect.Effect<void>
  /** Prints a line that stays, above what is drawn. */
  readonly say: (line: string) => Effect.Effect<void>
}

/** Shows how far a load is. The last state stays on the screen. */
export class Progress extends Context.Service<Progress, ProgressDisplay>()("natter/load/Progress") {
  /** On standard error, so that standard output is the result's alone. */
  static readonly layer = Layer.effect(
    Progress,
    Effect.suspend(() => Effect.flatMap(standardError, make)),
  )

  static readonly silent = Layer.succeed(Progress, { show: () => Effect.void, say: () => Effect.void })

  static readonly on = (screen: ProgressScreen) =>
    Layer.effect(
      Progress,
      Effect.suspend(() => make(screen)),
    )
}

const make = (screen: ProgressScreen): Effect.Effect<ProgressDisplay, never, Scope.Scope> =>
  screen.inPlace ? inPlace(screen) : byLines(screen)

/** Draws a few rows again and again in the same place. */
const inPlace = Effect.fnUntraced(function* (
  screen: ProgressScreen,
): Effect.fn.Return<ProgressDisplay, never, Scope.Scope> {
  // The real clock, not that of the load: the clock of a simulation runs ahead.
  const clock = yield* Clock.Clock
  const rates = new Rates()
  let latest: Snapshot | undefined
  let shown: ReadonlyArray<string> = []
  let drawnAt = Number.NEGATIVE_INFINITY

  const draw = (above: ReadonlyArray<string>) => {
    const columns = screen.columns()
    const rows = latest === undefined ? [] : rowsOf(latest, rates.now, { columns, colours: screen.colours })
    screen.write(back(shown, columns) + [...above, ...rows].map((row) => `${row}\u001b[K\r\n`).join("") + "\u001b[J")
    shown = rows
    drawnAt = Monotonic.millis(clock)
  }
  yield* Effect.addFinalizer(() => Effect.sync(() => latest !== undefined && draw([])))
  yield* screen.hideCursor
  return {
    show: (snapshot) =>
      Effect.sync(() => {
        rates.add(snapshot)
        const first = latest === undefined
        latest = snapshot
        if (first || (Monotonic.millis(clock) - drawnAt >= redrawAfter && screen.ready())) draw([])
      }),
    say: (line) => Effect.sync(() => draw([printable(line)])),
  }
})

/** Writes a line for every phase and every incident, and now and then one in between. */
const byLines = Effect.fnUntraced(function* (screen: ProgressScreen): Effect.fn.Return<ProgressDisplay> {
  const clock = yield* Clock.Clock
  const rates = new Rates()
  let latest: Snapshot | undefined
  let writtenAt = Number.NEGATIVE_INFINITY
  const write = (snapshot: Snapshot) => {
    screen.write(`${lineOf(snapshot, rates.now)}\n`)
    writtenAt = Monotonic.millis(clock)
  }
  return {
    show: (snapshot) =>
      Effect.sync(() => {
        rates.add(snapshot)
        const news = snapshot.phase !== latest?.phase || snapshot.incident !== latest?.incident
        latest = snapshot
        if (news || Monotonic.millis(clock) - writtenAt >= lineAfter) write(snapshot)
      }),
    say: (line) => Effect.sync(() => screen.write(`${printable(line)}\n`)),
  }
})
