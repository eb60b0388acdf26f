/** What is said of any folder that a service writes to. */
import * as fs from "node:fs"
import type { About, Finding } from "./Finding.ts"

const MiB = 1024 * 1024

export const size = (bytes: number): string =>
  bytes >= 1024 * MiB ? `${(bytes / 1024 / MiB).toFixed(1)} GiB` : `${Math.ceil(bytes / MiB)} MiB`

/** Too little for anything: SQLite, its log and a service that starts. */
const least = 64 * MiB
/** From here on somebody should look after it. */
const low = 1024 * MiB
const lowShare = 0.05

export const room = (here: About, folder: string, advice: string): ReadonlyArray<Finding> => {
  const { bavail, blocks, bsize, ffree, files } = fs.statfsSync(folder)
  const free = bavail * bsize
  const says = `${size(free)} are free on its file system`
  const inodes =
    files > 0 && ffree / files < 0.01
      ? [here.warning(`its file system has ${ffree} inodes left`, "remove files there")]
      : []
  if (free < least) return [here.problem(says, advice), ...inodes]
  const scarce = free < low || (free / (blocks * bsize) < lowShare && free < 20 * low)
  return [scarce ? here.warning(says, advice) : here.ok(says), ...inodes]
}

export const mayWrite = (place: string): boolean => {
  try {
    fs.accessSync(place, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK)
    return true
  } catch {
    return false
  }
}

export const owner = (here: About, folder: string): ReadonlyArray<Finding> => {
  const { mode, uid } = fs.statSync(folder)
  const me = process.getuid?.()
  return [
    ...((mode & 0o077) === 0
      ? []
      : [
          here.warning(
            `others than its owner may look into ${folder}`,
            `chmod 700 ${folder}: what people wrote is in it`,
          ),
        ]),
    ...(me === undefined || me === uid
      ? []
      : [
          here.warning(
            `${folder} belongs to another user than the one who looks (${uid}, not ${me})`,
            "run this as the user of the service: what is in order for one may not be for the other",
          ),
        ]),
  ]
}
