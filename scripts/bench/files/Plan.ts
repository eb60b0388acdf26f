// What the load of files is told, and what it says: `files/main.ts` is the process that does it.
import type { SessionPlan } from "../sessions/Plan.ts"

interface Whole {
  readonly work: "up" | "down"
  /** Whether it is a service, or sends and takes what comes as it is. */
  readonly service: boolean
}

/** So many files go up and down at once, over and over, until it is said to be enough. */
interface Parallel {
  readonly work: "parallel"
  readonly transfers: number
  /** Bytes a second of each. */
  readonly pace: number
}

export type FilePlan = Pick<SessionPlan, "host" | "port" | "serverPid"> & {
  /** The file that is sent, and how large it is. */
  readonly path: string
  readonly bytes: number
} & (Whole | Parallel)
