/** The database file of a data folder, before SQLite has it open. */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as fs from "node:fs"
import { DataFolder, type DataFolderError } from "../DataFolder.ts"
import { damage } from "./databaseCheck.ts"
import { closedMark, headerOf, misfit } from "./databaseFile.ts"

export interface Found {
  readonly file: string
  /** The mark that is in it. */
  readonly mark: number
}

const isEmpty = (file: string): boolean => fs.statSync(file, { throwIfNoEntry: false })?.size === 0

const nothingInIt =
  "it is empty, which no service leaves behind: remove it if nothing was ever kept in this folder, or use `natter restore` with a file of `natter backup` (docs/BACKUP.md)"

/** Time that whoever makes a new one may need until there is something in it. */
const beingMade = "2 seconds"

/** As when `natter user` is used while a service starts for the first time. */
const untilMade = (file: string): Effect.Effect<void> =>
  Effect.sync(() => isEmpty(file)).pipe(
    Effect.repeat({ while: (empty) => empty, schedule: Schedule.spaced("20 millis") }),
    Effect.timeoutOption(beingMade),
    Effect.asVoid,
  )

/** What keeps a service from starting on this file; undefined where nothing does. It is only read. */
export const trouble = (file: string, how: "tables" | "bounded"): string | undefined =>
  misfit(file) ?? (isEmpty(file) ? nothingInIt : damage(file, how))

/**
 * Finds the database of the folder, or makes an empty one where there is none; refuses what is not whole. What is wrong
 * with a file that was put there by hand is found before it is touched.
 *
 * All that is read from the file without SQLite is read here, before SQLite has it open: whoever closes a file loses all
 * locks that his process has on it, SQLite's as well, and then the next program that looks into the database takes away
 * the `-wal` that this one writes to.
 */
export const find = <E>(
  how: "tables" | "bounded",
  refuse: (file: string, problem: string, cause: unknown) => E,
): Effect.Effect<Found, E | DataFolderError, DataFolder | Scope.Scope> =>
  Effect.gen(function* () {
    const folder = yield* DataFolder
    const there = yield* folder.existing("natter.db")
    for (const end of ["-wal", "-shm", "-run"]) yield* folder.existing(`natter.db${end}`)
    const { file } = there
    if (isEmpty(file)) yield* untilMade(file)
    const problem = yield* Effect.try({
      try: () => trouble(file, how),
      catch: (cause) => refuse(file, String(cause), cause),
    })
    if (problem !== undefined) return yield* Effect.fail(refuse(file, problem, problem))
    if (!there.exists) {
      // Where it comes to nothing, as on a full disk, the next start is not to find an empty one.
      yield* Effect.acquireRelease(folder.file("natter.db"), () =>
        Effect.sync(() => {
          if (isEmpty(file)) fs.rmSync(file)
        }),
      )
    }
    const header = headerOf(file)
    return { file, mark: typeof header === "object" ? (header.mark ?? closedMark) : closedMark }
  })
