/**
 * What the file of a database tells without being opened, and what lies beside it. SQLite keeps what was written last in a
 * second file (`-wal`) while the database is open: without that the first one is old, or even empty, and with the one of
 * another database it is destroyed. Neither can be seen by SQLite. So a service that runs leaves a mark in the file, a number
 * of this run, and writes the same number beside it.
 */
import * as fs from "node:fs"

/** SQLite keeps a number for whoever uses it, in the first page. Its upper half says that it is Natter's: "Na". */
const family = 0x4e61
const placeOfNumber = 68
const magic = "SQLite format 3\0"

/** Of a database that no service has open. */
export const closedMark = 0

/** The number that SQLite is to keep. */
export const applicationId = (mark: number): number => family * 0x10000 + mark

/** A mark for a run. */
export const freshMark = (random: number): number => 1 + Math.floor(random * 0xfffe)

interface Header {
  /** Undefined where it was not written by a Natter that leaves one. */
  readonly mark: number | undefined
}

const sizeOf = (file: string): number => fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0

/** Undefined where the file is empty or not there. */
export const headerOf = (file: string): Header | "garbage" | undefined => {
  if (sizeOf(file) === 0) return undefined
  const bytes = Buffer.alloc(100)
  const descriptor = fs.openSync(file, "r")
  try {
    const read = fs.readSync(descriptor, bytes, 0, 100, 0)
    if (read < 100 || bytes.toString("latin1", 0, magic.length) !== magic) return "garbage"
  } finally {
    fs.closeSync(descriptor)
  }
  const number = bytes.readUInt32BE(placeOfNumber)
  return { mark: number >>> 16 === family ? number & 0xffff : undefined }
}

/** Beside a database: the marks that it may have, while a service runs or after one that did not end in order. */
export const runFile = (file: string): string => `${file}-run`

const marksBeside = (file: string): ReadonlyArray<number> | undefined => {
  try {
    return fs.readFileSync(runFile(file), "utf8").split(/\s+/).filter(Boolean).map(Number)
  } catch {
    return undefined
  }
}

export const writeMarks = (file: string, marks: ReadonlyArray<number>): void => {
  const descriptor = fs.openSync(runFile(file), "w", 0o600)
  try {
    fs.writeSync(descriptor, `${marks.join("\n")}\n`)
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

const instead = "use `natter restore` with a file of `natter backup` (docs/BACKUP.md)"

/** Why this file must not be opened with what lies beside it; undefined where it may. */
export const misfit = (file: string): string | undefined => {
  const header = headerOf(file)
  const beside = marksBeside(file)
  const written = sizeOf(`${file}-wal`) > 0
  if (header === "garbage") return "file is not a database"
  if (header === undefined) {
    return written || beside !== undefined
      ? `it is empty, but what lies beside it (${file}-wal, ${runFile(file)}) shows that there was something in it: ${instead}`
      : undefined
  }
  const mark = header.mark ?? closedMark
  if (mark === closedMark) {
    return beside === undefined || beside.includes(mark) || !written
      ? undefined
      : `it is not the database that ${file}-wal belongs to, and would be destroyed by it: ${instead}`
  }
  if (beside === undefined) {
    return `it was copied while a service used it, and lacks what was not yet written into it: ${instead}`
  }
  return beside.includes(mark)
    ? undefined
    : `it belongs to another run of the service than what lies beside it: ${instead}`
}
