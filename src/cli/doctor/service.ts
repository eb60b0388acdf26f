/** The service that runs on the data folder, if one does. */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import { find, type LockHolder } from "../../storage/LockHolder.ts"
import { about, type Finding } from "./Finding.ts"

const { ok, problem, warning } = about("service")

export interface Running {
  readonly held: boolean
  /** Undefined where none runs, or it is not known which it is. */
  readonly process: number | undefined
  /** Whether systemd opened its sockets, of which the settings say nothing. */
  readonly activated: boolean
}

const nobody: Running = { held: false, process: undefined, activated: false }

const read = (file: string): string => {
  try {
    return fs.readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

/** The unit of systemd that a process belongs to. */
const unitOf = (process: number): string | undefined =>
  /^\d+:(?:name=systemd)?:.*\/([^/\n]+\.service)/m.exec(read(`/proc/${process}/cgroup`))?.[1]

/** How systemd watches over it. */
const systemd = (process: number): ReadonlyArray<Finding> => {
  const unit = unitOf(process)
  const environment = read(`/proc/${process}/environ`)
  if (unit === undefined || environment === "") return []
  if (!/(^|\0)NOTIFY_SOCKET=/.test(environment)) {
    return [
      warning(`systemd is not told how ${unit} is`, "Type=notify and NotifyAccess=all in the unit (docs/SYSTEMD.md)"),
    ]
  }
  return /(^|\0)WATCHDOG_USEC=/.test(environment)
    ? [ok(`systemd watches over ${unit}`)]
    : [warning(`systemd does not start ${unit} again when it hangs`, "WatchdogSec=30 in the unit (docs/SYSTEMD.md)")]
}

const describe = (holder: LockHolder): readonly [Running, ReadonlyArray<Finding>] => {
  if (!holder.held) return [nobody, [ok("none runs on this data folder")]]
  const { process } = holder
  if (process === undefined) {
    return [{ ...nobody, held: true }, [ok("one runs on this data folder, as another user or on another machine")]]
  }
  const activated = /(^|\0)LISTEN_FDS=/.test(read(`/proc/${process}/environ`))
  const says = `one runs on this data folder, process ${process}`
  return [{ held: true, process, activated }, [ok(says), ...systemd(process)]]
}

export const service = (folder: string): Effect.Effect<readonly [Running, ReadonlyArray<Finding>]> =>
  Effect.match(
    Effect.try(() => find(folder)),
    {
      onFailure: ({ cause }): readonly [Running, ReadonlyArray<Finding>] => [
        nobody,
        [
          problem(
            `whether one runs on ${folder} cannot be told: ${cause instanceof Error ? cause.message : String(cause)}`,
            "run this as the user of the service",
          ),
        ],
      ],
      onSuccess: describe,
    },
  )
