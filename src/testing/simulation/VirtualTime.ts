/** What happens at a moment; can be called off. */
export interface Timer {
  readonly at: number
  /** Those of one moment come in the order in which they were made. */
  readonly order: number
  run: (() => void) | undefined
}

/** Tasks run without a moment passing: whatever does that turns in a circle. */
const maxTasks = 1_000_000

export class Livelock extends Error {
  constructor() {
    super(`${maxTasks} tasks were run and no time has passed`)
  }
}

/**
 * Time that passes only when nothing is left to do: an event loop of our own, in which nothing ever races. Everything
 * in a simulation happens in here, in one call of `runUntil`, so that the machine has no say in the order.
 */
export class VirtualTime {
  /** Milliseconds since 1970. */
  now: number
  private order = 0
  private tasks: Array<() => void> = []
  /** A binary heap, the earliest first. */
  private readonly heap: Array<Timer> = []

  constructor(start: number) {
    this.now = start
  }

  /** Runs it in this moment, behind what is to be run already. */
  soon(task: () => void): void {
    this.tasks.push(task)
  }

  /** Runs it at a moment, in this one at the earliest. */
  at(moment: number, run: () => void): Timer {
    const timer = { at: Math.max(this.now, moment), order: this.order++, run }
    const { heap } = this
    let index = heap.length
    heap.push(timer)
    while (index > 0) {
      const parent = (index - 1) >>> 1
      if (!isBefore(timer, heap[parent]!)) break
      heap[index] = heap[parent]!
      index = parent
    }
    heap[index] = timer
    return timer
  }

  after(millis: number, run: () => void): Timer {
    return this.at(this.now + millis, run)
  }

  /** Lets time pass up to this moment, or until it is enough. */
  runUntil(moment: number, enough: () => boolean = () => false): void {
    while (!enough()) {
      this.settle()
      const next = this.heap[0]
      if (next === undefined || next.at > moment) {
        this.now = Math.max(this.now, moment)
        return
      }
      this.pop()
      const { run } = next
      if (run === undefined) continue
      next.run = undefined
      this.now = next.at
      run()
    }
  }

  private settle(): void {
    let left = maxTasks
    while (this.tasks.length > 0) {
      const { tasks } = this
      this.tasks = []
      left -= tasks.length
      if (left < 0) throw new Livelock()
      for (const task of tasks) task()
    }
  }

  private pop(): void {
    const { heap } = this
    const last = heap.pop()!
    if (heap.length === 0) return
    let index = 0
    while (true) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!isBefore(heap[child]!, last)) break
      heap[index] = heap[child]!
      index = child
    }
    heap[index] = last
  }
}

const isBefore = (one: Timer, other: Timer): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order)
