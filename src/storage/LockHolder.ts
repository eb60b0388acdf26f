/** Who has the lock of a data folder, asked from another process. */
import * as fs from "node:fs"
import { DatabaseSync } from "node:sqlite"
import * as path from "node:path"

/** `process` is undefined where the system does not say which it is: it is not Linux, or the process is another user's. */
export type LockHolder =
  | { readonly held: false }
  | { readonly held: true; readonly process: number | undefined; readonly file: string }

const read = (file: string): string => {
  try {
    return fs.readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

/** The processes that have a lock for writing on a file of this number, as the kernel lists them. */
const listed = (inode: number): ReadonlyArray<number> =>
  [...read("/proc/locks").matchAll(/^\d+: POSIX +\S+ +WRITE +(\d+) +[0-9a-f]+:[0-9a-f]+:(\d+) /gm)]
    .filter(([, , number]) => Number(number) === inode)
    .map(([, process]) => Number(process))

/** Whether it has this very file open: the number alone may be that of a file on another disk. */
const hasOpen = (process: number, { dev, ino }: fs.Stats): boolean => {
  const folder = `/proc/${process}/fd`
  try {
    return fs.readdirSync(folder).some((descriptor) => {
      const open = fs.statSync(path.join(folder, descriptor), { throwIfNoEntry: false })
      return open?.dev === dev && open.ino === ino
    })
  } catch {
    return false
  }
}

/** SQLite's code for a lock that another process has. */
const busy = 5

/** Tries it: for less than a millisecond this takes a lock for reading. */
const isLocked = (file: string): boolean => {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 0 })
  try {
    db.prepare("SELECT 1 FROM sqlite_schema").all()
    return false
  } catch (cause) {
    return cause instanceof Error && "errcode" in cause && (Number(cause.errcode) & 0xff) === busy
  } finally {
    db.close()
  }
}

/** Throws where the folder cannot be looked into. */
export const find = (folder: string): LockHolder => {
  const file = path.join(folder, "serve.lock")
  const stats = fs.statSync(file, { throwIfNoEntry: false })
  if (stats === undefined || !stats.isFile()) return { held: false }
  const process = listed(stats.ino).find((process) => hasOpen(process, stats))
  if (process !== undefined) return { held: true, process, file }
  return isLocked(file) ? { held: true, process: undefined, file } : { held: false }
}
