/** Who is there, what they do and what befalls them: everything of it, with its moments, before anything happens. */
import { Dice } from "../../src/testing/Dice.ts"
import { around } from "./around.ts"
import { FilePlans } from "./FilePlans.ts"
import { govern } from "./Government.ts"
import type { Machine } from "./Machine.ts"
import { NodePlans } from "./NodePlans.ts"
import type { Action, Disaster, Fault, Step } from "./Step.ts"

export interface Plan {
  readonly seed: number
  /** How many nodes the service is. */
  readonly nodes: number
  readonly machines: ReadonlyArray<Machine>
  /** Users with all rights everywhere. */
  readonly admins: ReadonlyArray<string>
  /** In the order of their moments, in milliseconds from the start. */
  readonly steps: ReadonlyArray<Step>
  /** Moments by which all has been quiet for long enough to have converged. */
  readonly calms: ReadonlyArray<number>
}

export interface PlanOptions {
  /** Milliseconds of storm; the calm at the end comes on top. */
  readonly length?: number | undefined
  readonly machines?: number | undefined
  /** How many nodes the service is: 1 where it is not given. */
  readonly nodes?: number | undefined
  /** So often, in milliseconds, the disk stores for a while what it is told and cannot say so. */
  readonly unsureEvery?: number | undefined
}

const minute = 60_000

/** Time after the last fault by which everybody has to be back, and everything be known to everybody. */
export const calm = 2.5 * minute
/** The time for which a disk is unsure that is so again and again. */
const unsureFor = 3000
/** Between two calms in a long run. */
const storm = 10 * minute

const names = ["ada", "ben", "cleo", "dan", "eve", "finn", "gus", "hana", "ivo", "june", "kai", "lena"]
/** Those that people go to by themselves, and all names that channels are given. */
const channels = ["lobby", "tea", "work"]
const channelNames = [...channels, "den", "attic", "nook"]

/** The plan of a seed, an unsigned integer of 32 bits. */
export const make = (seed: number, options: PlanOptions = {}): Plan => {
  const dice = new Dice(Math.imul(seed + 1, 0x9e37_79b1))
  const count = options.machines ?? 4 + dice.below(6)
  const { nodes = 1, unsureEvery = Number.POSITIVE_INFINITY } = options
  const length = options.length ?? (1 + dice.below(5)) * minute
  /** Those who may have a second device. */
  const users: Array<string> = []
  const machines = Array.from({ length: count }, (_, at): Machine => {
    // Now and then somebody's second device, which version 1 does not know.
    const version = at > 0 && dice.once(5) ? 1 : 2
    const shares = at > 0 && version === 2 && dice.once(6)
    const user = shares ? users[dice.below(users.length)]! : names[at % names.length]!
    if (version === 2) users.push(user)
    const lag = dice.pick([1, 5, 20, 80, 300])
    return {
      name: `${user}/${at}`,
      user,
      version,
      cable: { lag, jitter: dice.pick([0, lag, 4 * lag]), capacity: dice.pick([2048, 16_384, 65_536]) },
    }
  })
  // In every third simulation the clocks on the walls are set back and forth.
  const clocks = seed % 3 === 0 ? new Dice(Math.imul(seed + 1, 0x85eb_ca6b)) : undefined
  const files = new FilePlans(seed, channels)
  const faults = nodes === 1 ? undefined : new NodePlans(seed, nodes, channelNames)
  const steps: Array<Step> = []
  const calms: Array<number> = []
  /** Storms, each with a calm behind it. */
  for (let from = 3000; from < length;) {
    const to = Math.min(from + storm, length)
    const mood: Mood = {
      // Some storms are quiet: then nothing excuses anything.
      faults: dice.pick([0, 1, 1, 3, 10]),
      disasters: dice.pick([0, 0, 1, 2, 4]),
      talk: dice.pick([2000, 5000, 15_000]),
      // Sanctions end at a date, whatever the clock is set to.
      acts: dice.pick([0, 1500, 3000, 8000]) * (clocks === undefined ? 1 : 0),
    }
    for (let at = 0; at < count; at++) arrive(at, from - 2000, machines, dice, steps)
    for (let at = 0; at < count; at++) live(at, machines, from, to, mood, dice, steps)
    if (mood.acts > 0) govern({ from, to, every: mood.acts, machines, channels: channelNames, dice, steps })
    befall(from, to, mood, dice, steps)
    if (clocks !== undefined) setClocks(from, to + calm, count, clocks, steps)
    if (nodes === 1) files.add({ from, to, calm: to + calm, machines, steps })
    faults?.add(from, to, steps)
    for (let at = from + unsureEvery; at < to; at += unsureEvery) {
      steps.push({ at, server: { type: "disk", fault: "unsure", millis: Math.min(unsureFor, to - at) } })
    }
    calms.push(to + calm)
    from = to + calm + 3000
  }
  // Not every service has somebody who may do everything.
  const admins = dice.once(2) ? [machines[0]!.user] : []
  const inOrder = steps.toSorted((one, other) => one.at - other.at)
  return { seed, nodes, machines, admins, steps: faults?.placed(inOrder) ?? inOrder, calms }
}

interface Mood {
  /** A machine's faults in a minute, at most about. */
  readonly faults: number
  readonly disasters: number
  /** Milliseconds between two things somebody says. */
  readonly talk: number
  /** Milliseconds between two things somebody does with a right; 0 where nobody does. */
  readonly acts: number
}

/** A channel, or a conversation with somebody else. */
const somewhere = (machine: number, machines: ReadonlyArray<Machine>, dice: Dice): string => {
  const other = dice.pick(machines).user
  if (machines[machine]!.version === 1) return dice.pick(channels)
  if (other !== machines[machine]!.user && dice.once(4)) return `@${other}`
  return dice.pick(dice.once(4) ? channelNames : channels)
}

/** Opens its program, unless that is open, and goes where it is not. */
const arrive = (
  machine: number,
  from: number,
  machines: ReadonlyArray<Machine>,
  dice: Dice,
  steps: Array<Step>,
): void => {
  const at = from + dice.below(1500)
  steps.push({ at, machine, does: { type: "open" } })
  steps.push({ at: at + 1, machine, does: { type: "join", channel: "lobby" } })
  for (const channel of channels.slice(1)) {
    if (dice.once(2)) steps.push({ at: at + 2, machine, does: { type: "join", channel } })
  }
  const channel = somewhere(machine, machines, dice)
  if (dice.once(2)) steps.push({ at: at + 3, machine, does: { type: "join", channel } })
  steps.push({
    at: from + 3000 + dice.below(1000),
    machine,
    does: { type: "publish", channel: "lobby", times: 1, length: 5 },
  })
}

const live = (
  machine: number,
  machines: ReadonlyArray<Machine>,
  from: number,
  to: number,
  mood: Mood,
  dice: Dice,
  steps: Array<Step>,
): void => {
  const act = (at: number, does: Action) => steps.push({ at, machine, does })
  for (let at = from + around(mood.talk, dice); at < to; at += around(mood.talk, dice)) {
    const channel = somewhere(machine, machines, dice)
    const what = dice.below(43)
    if (what < 20) act(at, { type: "publish", channel, times: 1, length: dice.pick([1, 20, 200]) })
    else if (what < 22)
      act(at, { type: "publish", channel, times: 2 + dice.below(14), length: dice.pick([1, 20, 2000]) })
    else if (what < 25) act(at, { type: "edit", channel, back: dice.below(4) })
    else if (what < 27) act(at, { type: "delete", channel, back: dice.below(4) })
    else if (what < 31) act(at, { type: "react", channel, back: dice.below(4) })
    else if (what < 33) act(at, { type: "read", channel })
    else if (what < 34) act(at, { type: "typing", channel })
    else if (what < 35) act(at, { type: "status", status: dice.pick(["online", "away", "busy"] as const) })
    else if (what < 36) act(at, { type: "topic", channel })
    else if (what >= 41) act(at, { type: "join", channel })
    else if (what >= 40) act(at, { type: "audit", channel })
    else if (what < 38) {
      const back = Math.min(to, at + around(8000, dice))
      act(at, { type: "leave", channel })
      // Not everybody comes back.
      if (!dice.once(4)) act(back, { type: "join", channel })
    } else {
      const back = Math.min(to, at + around(10_000, dice))
      act(at, dice.once(2) ? { type: "close" } : { type: "kill", machineLives: !dice.once(3) })
      if (!dice.once(4)) act(back, { type: "open" })
    }
  }
  if (mood.faults === 0) return
  const suffer = (at: number, suffers: Fault) => steps.push({ at, machine, suffers })
  for (let at = from + around(minute / mood.faults, dice); at < to; at += around(minute / mood.faults, dice)) {
    const millis = Math.min(dice.pick([500, 4000, 15_000, 50_000]), to - at)
    suffer(
      at,
      dice.pick<Fault>([
        { type: "reset" },
        { type: "sever" },
        { type: "halfOpen", heard: "server" },
        { type: "halfOpen", heard: "client" },
        { type: "halfClose", direction: "toServer" },
        { type: "halfClose", direction: "toClient" },
        { type: "interrupt", millis },
        { type: "interrupt", millis },
        { type: "stall", millis },
      ]),
    )
  }
}

/** By what a clock is set: a second, a minute, an hour, more than history is kept for, and to where a new machine begins. */
const jumps = [1000, 60_000, 3_600_000, 8 * 86_400_000, 56 * 365 * 86_400_000]

/** Also while nothing excuses anything. A clock that was set is set right again, sooner or later. */
const setClocks = (from: number, to: number, machines: number, dice: Dice, steps: Array<Step>): void => {
  const jump = (set: (at: number, by: number) => Step): void => {
    const at = from + dice.below(to - from)
    const by = dice.pick(jumps) * (dice.once(2) ? 1 : -1)
    steps.push(set(at, by), set(at + around(30_000, dice), -by))
  }
  const server = 1 + dice.below(4)
  for (let count = 0; count < server; count++) jump((at, by) => ({ at, server: { type: "clock", by } }))
  for (let machine = 0; machine < machines; machine++) {
    jump((at, by) => ({ at, machine, suffers: { type: "clock", by } }))
  }
}

const befall = (from: number, to: number, mood: Mood, dice: Dice, steps: Array<Step>): void => {
  for (let count = 0; count < mood.disasters; count++) {
    const at = from + dice.below(Math.max(1, to - from))
    const millis = Math.min(dice.pick([200, 2000, 10_000, 30_000]), to - at)
    steps.push({
      at,
      server: dice.pick<Disaster>([
        { type: "crash", machineLives: true, down: millis },
        { type: "crash", machineLives: true, down: millis },
        { type: "crash", machineLives: false, down: millis },
        { type: "restart", down: millis },
        { type: "disk", fault: "slow", millis },
        { type: "disk", fault: "refusing", millis },
        { type: "disk", fault: "unsure", millis },
      ]),
    })
  }
}
