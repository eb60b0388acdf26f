/**
 * The nodes of a simulated service: who owns what, and the links between them, with all that happens to both. What Effect's
 * cluster and Postgres decide between real nodes is decided here by a model of it, on virtual time: a node that is gone is
 * replaced after a while, one that comes gets its share, links that are broken are made again.
 */
import { Partition, partitionOf, partitions } from "../../hub/nodes/Partition.ts"
import type { NodesShape } from "../../hub/nodes/Nodes.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { Dice } from "../Dice.ts"
import { MemoryNodes } from "../MemoryNodes.ts"
import type { Fences } from "./Fences.ts"
import type { Process } from "./Process.ts"
import type { Trace } from "./Trace.ts"
import type { VirtualTime } from "./VirtualTime.ts"

/** Between two looks of the model at what there is to do: at least, and up to so many milliseconds more. */
const lookEvery = 100
const lookLater = 300
/** A node that comes has its share after this time. */
const settledAfter = 1000
/** Postgres notices so soon that a process is gone; up to so much later it is noticed by the others. */
const killedAfter = 150
const killedLater = 700
/** Of a machine without power it knows when the lease of its locks is over. */
const leaseFor = 9000
/** Whoever has not let go of a partition by then loses it. */
const releasedWithin = 3000
/** Silence on a link after which it is taken for broken. */
const silenceFor = 5000
/** What is said takes a millisecond at least, and up to so many. */
const lag = 4
/** Now and then it takes longer. */
const slow = 40

/** What is on the way between two nodes is lost, from one to the other or both ways. */
export type Cut = "both" | "there" | "back"

interface Node {
  /** Undefined while it does not run. */
  process: Process | undefined
  /** From then on it may be given something, if it runs. */
  readyAt: number
  /** From then on others may have what it had. */
  goneAt: number
}

export class SimulatedNodes {
  private readonly time: VirtualTime
  private readonly trace: Trace
  private readonly dice: Dice
  private readonly memory: MemoryNodes
  private readonly nodes: ReadonlyArray<Node>
  /** Who is to have which partition, while it runs. */
  private readonly homes: Array<number>
  /** Until when two nodes are cut off from each other. */
  private readonly cutOffs = new Map<string, number>()
  /** Partitions that are just being handed over. */
  private given = 0
  private readonly moving = new Set<Partition>()

  constructor(time: VirtualTime, trace: Trace, fences: Fences, seed: number, count: number) {
    this.time = time
    this.trace = trace
    this.dice = new Dice(seed)
    this.homes = Array.from({ length: partitions }, (_, n) => n % count)
    this.nodes = Array.from({ length: count }, () => ({ process: undefined, readyAt: 0, goneAt: 0 }))
    this.memory = new MemoryNodes(
      { nodes: count, onClaim: (partition, epoch) => fences.claim(partition, epoch) },
      (_from, _to, arrive) => void time.after(this.lag, arrive),
    )
    this.look()
  }

  /** The port of a node. */
  port(n: number): NodesShape {
    return this.memory.node(n)
  }

  started(n: number, process: Process): void {
    Object.assign(this.nodes[n]!, { process, readyAt: this.time.now + settledAfter })
  }

  /** A node has ended in order, and handed over what it had. */
  stopped(n: number): void {
    Object.assign(this.nodes[n]!, { process: undefined, goneAt: this.time.now })
  }

  /** A node was killed, or is without power: then it takes longer until that is noticed. */
  killed(n: number, machineLives: boolean): void {
    const { now } = this.time
    this.memory.ended(n)
    const after = killedAfter + this.dice.below(killedLater)
    Object.assign(this.nodes[n]!, { process: undefined, goneAt: now + (machineLives ? after : leaseFor + after) })
    for (const other of this.others(n)) {
      this.memory.silence(other, n)
      this.breaks(other, n, machineLives ? 1 + this.dice.below(killedAfter) : silenceFor)
    }
    // Its own end of the links is gone with it.
    for (const other of this.others(n)) this.memory.breakAt(n, other)
  }

  /** For so long, what these two say to each other, or the one to the other, is lost; both notice in their time. */
  cut(one: number, other: number, way: Cut, millis: number): void {
    const ways = {
      both: "do not reach each other",
      there: "do not hear the one from the other",
      back: "do not hear the other from the one",
    }
    this.trace.tell(`nodes: ${one} and ${other} ${ways[way]} for ${millis / 1000} s`)
    if (way !== "back") this.memory.silence(one, other)
    if (way !== "there") this.memory.silence(other, one)
    // Where a firewall answers, it is noticed at once.
    const noticed = () => this.dice.pick([1, 200, silenceFor])
    this.breaks(one, other, noticed())
    this.breaks(other, one, noticed())
    this.cutOff(one, other, millis)
  }

  /**
   * The others do not reach a node, and believe that it is gone; it knows nothing of that for so long, and goes on as if it had
   * what it had.
   */
  isolate(n: number, millis: number): void {
    this.trace.tell(`nodes: ${n} is cut off for ${millis / 1000} s, and does not know`)
    this.nodes[n]!.readyAt = this.time.now + millis
    for (const other of this.others(n)) {
      this.memory.silence(n, other)
      this.memory.silence(other, n)
      this.breaks(other, n, this.dice.below(silenceFor))
      this.breaks(n, other, millis)
      this.cutOff(n, other, millis)
    }
    const others = this.others(n).filter((other) => this.memory.isRunning(other))
    if (others.length === 0) return
    this.time.after(Math.min(millis, this.dice.below(leaseFor)), () => {
      for (const partition of this.all) {
        if (this.memory.whose(partition) === n) this.taken(partition, this.dice.pick(others), millis)
      }
    })
  }

  /** A channel, or all that a node has, is to be at another; whoever has it hands it over. */
  move(what: ChannelName | number, to: number): void {
    this.trace.tell(`nodes: ${inWords(what)} moves to ${to}`)
    this.goesTo(what, to)
  }

  private goesTo(what: ChannelName | number, to: number): void {
    for (const partition of this.partitionsOf(what)) this.homes[partition] = to
  }

  /** The same, and whoever has had it does not know for so long. */
  seize(what: ChannelName | number, to: number, millis: number): void {
    this.trace.tell(
      `nodes: ${inWords(what)} is ${to}'s at once, which is not known where it was for ${millis / 1000} s`,
    )
    this.goesTo(what, to)
    for (const partition of this.partitionsOf(what)) this.taken(partition, to, millis)
  }

  private get all(): ReadonlyArray<Partition> {
    return this.homes.map((_, n) => Partition.make(n))
  }

  private get lag(): number {
    return 1 + (this.dice.once(20) ? this.dice.below(slow) : this.dice.below(lag))
  }

  private partitionsOf(what: ChannelName | number): ReadonlyArray<Partition> {
    return typeof what === "number"
      ? this.all.filter((partition) => this.memory.whose(partition) === what)
      : [partitionOf(what)]
  }

  private others(n: number): ReadonlyArray<number> {
    return this.nodes.flatMap((_, other) => (other === n ? [] : [other]))
  }

  /** After so long a node notices that its link is broken, unless it has another by then. */
  private breaks(n: number, other: number, millis: number): void {
    const link = this.memory.linkNumber(n, other)
    this.time.after(millis, () => {
      if (link !== undefined && this.memory.linkNumber(n, other) === link) this.memory.breakAt(n, other)
    })
  }

  private cutOff(one: number, other: number, millis: number): void {
    const pair = pairOf(one, other)
    this.cutOffs.set(pair, Math.max(this.cutOffs.get(pair) ?? 0, this.time.now + millis))
  }

  private taken(partition: Partition, to: number, millis: number): void {
    const former = this.memory.whose(partition)
    if (former === to || !this.memory.isRunning(to)) return
    const released = this.memory.seize(partition, to)
    const process = former === undefined ? undefined : this.nodes[former]!.process
    this.time.after(millis, () => {
      // By now it may have it again.
      if (process?.isAlive === true && this.memory.whose(partition) !== former) process.run(released)
    })
  }

  /** Sees again and again to it that everything has an owner and every two have a link. */
  private look(): void {
    this.time.after(lookEvery + this.dice.below(lookLater), () => {
      const before = this.given
      for (const partition of this.all) this.place(partition)
      if (this.given > before)
        this.trace.tell(`nodes: ${this.given - before} partitions were nobody's, and are somebody's`)
      for (const one of this.nodes.keys()) {
        for (const other of this.others(one)) {
          if (one < other && (this.cutOffs.get(pairOf(one, other)) ?? 0) <= this.time.now) this.memory.link(one, other)
        }
      }
      this.look()
    })
  }

  private place(partition: Partition): void {
    if (this.moving.has(partition)) return
    const { memory, time } = this
    const owner = memory.whose(partition)
    const home = this.homes[partition]!
    const isReady = (n: number) => memory.isRunning(n) && time.now >= this.nodes[n]!.readyAt
    if (owner !== undefined && memory.isRunning(owner)) {
      if (owner !== home && isReady(home)) this.handOver(partition, owner, home)
      return
    }
    if (owner !== undefined && time.now < this.nodes[owner]!.goneAt) return
    const ready = [...this.nodes.keys()].filter(isReady)
    const next = isReady(home) ? home : ready[partition % ready.length]
    if (next === undefined) return
    this.given++
    memory.give(partition, next)
  }

  private handOver(partition: Partition, from: number, to: number): void {
    this.moving.add(partition)
    const given = () => {
      if (!this.moving.delete(partition) || this.memory.whose(partition) !== from) return
      this.memory.take(partition)
      this.time.after(1 + this.dice.below(lag), () => {
        if (this.memory.whose(partition) === undefined && this.memory.isRunning(to)) this.memory.give(partition, to)
      })
    }
    this.nodes[from]!.process?.run(this.memory.release(partition, to), given)
    this.time.after(releasedWithin, given)
  }
}

const inWords = (what: ChannelName | number): string => (typeof what === "number" ? `all of ${what}` : what)
const pairOf = (one: number, other: number): string => `${Math.min(one, other)} and ${Math.max(one, other)}`
