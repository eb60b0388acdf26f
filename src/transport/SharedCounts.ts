/**
 * How many connections there are in all threads, in memory that they share. Networks are not kept, only counters, of which
 * each network has two by its hash: what both count at least is taken for its own, which is never too few.
 */
import type { Counts } from "./internal/Counts.ts"

/** Counters in a row. */
const columns = 2 ** 16

/** Of a thread: its total, and two rows. */
const cells = 1 + 2 * columns

/** What threads count in. Each has a slice of its own, which is emptied when it is gone. */
export interface SharedCounters {
  readonly memory: SharedArrayBuffer
  /** Nobody outside knows which networks have a counter in common. */
  readonly seed: number
}

export const make = (threads: number, seed: number): SharedCounters => ({
  memory: new SharedArrayBuffer(threads * cells * Int32Array.BYTES_PER_ELEMENT),
  seed,
})

/** The thread in this place has ended, and its connections with it. */
export const forget = ({ memory }: SharedCounters, place: number): void => {
  new Int32Array(memory).fill(0, place * cells, (place + 1) * cells)
}

/** As the thread in this place counts. */
export const countsOf = ({ memory, seed }: SharedCounters, place: number): Counts => {
  const counters = new Int32Array(memory)
  const own = place * cells
  const sum = (cell: number): number => {
    let all = 0
    for (let from = cell; from < counters.length; from += cells) all += Atomics.load(counters, from)
    return all
  }
  const change = (network: string, by: 1 | -1): void => {
    Atomics.add(counters, own, by)
    for (const cell of cellsOf(network, seed)) Atomics.add(counters, own + cell, by)
  }
  return {
    total: () => sum(0),
    of: (network) => {
      const [one, other] = cellsOf(network, seed)
      return Math.min(sum(one), sum(other))
    },
    add: (network) => change(network, 1),
    remove: (network) => change(network, -1),
  }
}

/** FNV-1a, twice with another beginning. */
const hash = (network: string, seed: number): number => {
  let hash = seed
  for (let at = 0; at < network.length; at++) hash = Math.imul(hash ^ network.charCodeAt(at), 0x01000193)
  hash ^= hash >>> 15
  hash = Math.imul(hash, 0x2c1b3c6d)
  return (hash ^ (hash >>> 13)) >>> 0
}

const cellsOf = (network: string, seed: number): readonly [number, number] => [
  1 + (hash(network, seed) % columns),
  1 + columns + (hash(network, ~seed) % columns),
]
