// The measured time, a second at a time: whatever else the machine did in a second is known, and may spoil only that.
import * as fs from "node:fs"
import type { Slice } from "../OpenLoad.ts"
import { Histogram } from "../../../src/scenario/Histogram.ts"

const sliceMillis = 1000
/** USER_HZ, by which Linux counts in /proc. */
const ticksPerSecond = 100

interface Open {
  readonly delivery: ReadonlyArray<Histogram>
  readonly acknowledgement: Histogram
  readonly from: Reading
  to: Reading | undefined
}

/** Moments, and seconds of CPU until then. */
interface Reading {
  /** As `performance.now()` has it, and since 1970. */
  readonly now: number
  readonly date: number
  readonly load: number
  readonly machine: number
}

/** Of all cores together. In /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal. */
const machineSeconds = (): number => {
  const fields = fs.readFileSync("/proc/stat", "latin1").split("\n", 1)[0]!.trim().split(/\s+/).slice(1).map(Number)
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields
  return (user + nice + system + irq + softirq + steal) / ticksPerSecond
}

const read = (): Reading => {
  const { system, user } = process.cpuUsage()
  return { now: performance.now(), date: Date.now(), load: (user + system) / 1e6, machine: machineSeconds() }
}

export class Slices {
  private readonly groups: number
  private readonly all: Array<Open> = []
  private timer: NodeJS.Timeout | undefined

  constructor(groups: number) {
    this.groups = groups
  }

  begin(): void {
    this.timer = setInterval(() => this.next(), sliceMillis)
    this.open(read())
  }

  /** Begins a new slice now, and returns how many there are before it. */
  cut(): number {
    this.next()
    return this.all.length - 1
  }

  end(): void {
    clearInterval(this.timer)
    const last = this.all.at(-1)
    if (last !== undefined) last.to = read()
  }

  /** The slice in which this moment is; undefined before the first and behind the last. */
  at(moment: number): Open | undefined {
    // Nearly always it is the last.
    for (let index = this.all.length - 1; index >= 0; index--) {
      const slice = this.all[index]!
      if (moment >= slice.from.now) return slice.to === undefined || moment < slice.to.now ? slice : undefined
    }
    return undefined
  }

  /** To be asked for when everything has arrived. */
  get results(): ReadonlyArray<Slice> {
    return this.all.flatMap(({ acknowledgement, delivery, from, to }) => {
      if (to === undefined) return []
      const seconds = (to.now - from.now) / 1000
      return {
        from: from.date,
        to: to.date,
        delivery: delivery.map(({ counts }) => counts),
        acknowledgement: acknowledgement.counts,
        loadUtilisation: (to.load - from.load) / seconds,
        machineUtilisation: (to.machine - from.machine) / seconds,
      }
    })
  }

  private next(): void {
    const now = read()
    this.all.at(-1)!.to = now
    this.open(now)
  }

  private open(from: Reading): void {
    const delivery = Array.from({ length: this.groups }, () => new Histogram())
    this.all.push({ delivery, acknowledgement: new Histogram(), from, to: undefined })
  }
}
