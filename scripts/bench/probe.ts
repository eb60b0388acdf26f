// Loaded into the server under measurement, before it: what only the process itself knows, one line of JSON each 50 ms
// into the file that `?file=` of its URL names. It reads fields and wraps two functions that are called once or twice
// in a session's life; what is measured costs the same with it and without.
import * as fs from "node:fs"
import { isMainThread } from "node:worker_threads"
import { Outbox } from "../../src/hub/audience/Outbox.ts"
import type { Disconnect } from "../../src/domain/Disconnect.ts"
import { Session } from "../../src/session/Session.ts"

/** Bytes, and counts. */
export interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly rss: number
  readonly heapUsed: number
  /** Outside the heap: buffers, above all. */
  readonly external: number
  /** What all outboxes hold together, and the fullest of them. */
  readonly outboxes: number
  readonly fullest: { readonly bytes: number; readonly frames: number }
  /** CPU time of the process since its start, in milliseconds. */
  readonly cpu: number
  /** Why sessions were ended, and how many, since the start. */
  readonly ended: Readonly<Record<string, number>>
}

const everyMillis = 50

const watch = (file: string): void => {
  const output = fs.openSync(file, "a")
  const outboxes = new Set<WeakRef<Outbox<unknown>>>()
  const known = new WeakSet<Outbox<unknown>>()
  const ended: Record<string, number> = {}

  // The writer of each session waits at its outbox from the start on, and so comes by here.
  const full = Outbox.prototype as unknown as { wake: () => void }
  const { wake } = full
  full.wake = function (this: Outbox<unknown>) {
    if (!known.has(this)) {
      known.add(this)
      outboxes.add(new WeakRef(this))
    }
    wake.call(this)
  }

  const over = new WeakSet<Session>()
  const ending = Session.prototype as { end: (this: Session, disconnect: Disconnect) => void }
  const { end } = ending
  ending.end = function (disconnect) {
    if (!over.has(this)) {
      over.add(this)
      const reason = disconnect.detail === undefined ? disconnect.reason : `${disconnect.reason} (${disconnect.detail})`
      ended[reason] = (ended[reason] ?? 0) + 1
    }
    end.call(this, disconnect)
  }

  const sample = (): Sample => {
    const { external, heapUsed, rss } = process.memoryUsage()
    const { system, user } = process.cpuUsage()
    let bytes = 0
    const fullest = { bytes: 0, frames: 0 }
    for (const reference of outboxes) {
      const outbox = reference.deref()
      if (outbox === undefined) outboxes.delete(reference)
      else {
        const { leavingFrames, waitingFrames } = outbox as unknown as Record<"leavingFrames" | "waitingFrames", number>
        bytes += outbox.bytes
        fullest.bytes = Math.max(fullest.bytes, outbox.bytes)
        fullest.frames = Math.max(fullest.frames, leavingFrames + waitingFrames)
      }
    }
    return { at: Date.now(), rss, heapUsed, external, outboxes: bytes, fullest, cpu: (user + system) / 1000, ended }
  }
  setInterval(() => fs.writeSync(output, `${JSON.stringify(sample())}\n`), everyMillis).unref()
}

const file = new URL(import.meta.url).searchParams.get("file")
// Worker threads load it too, and have no sessions.
if (file !== null && isMainThread) watch(file)
