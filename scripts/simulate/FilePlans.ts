/** Plans what people do with files, with dice of its own: what else happens is the same without. */
import { Dice } from "../../src/testing/Dice.ts"
import { around } from "./around.ts"
import type { Content } from "./Contents.ts"
import type { Machine } from "./Machine.ts"
import type { FileAction, Step } from "./Step.ts"

interface Storm {
  readonly from: number
  readonly to: number
  /** The moment by which all has been quiet for long enough. */
  readonly calm: number
  readonly machines: ReadonlyArray<Machine>
  readonly steps: Array<Step>
}

/** Bytes: what is nothing, little, of some chunks, and now and then more than is written at once. */
const sizes = [0, 1, 300, 4096, 20_000, 32_768, 32_769, 60_000, 100_000, 150_000]
const large = 1_200_000
/** Version 1 says each byte as a number. */
const offered = 60_000

/** Milliseconds before somebody has other thoughts, about: some lines are fast, some slow. */
const thoughts = [30, 200, 2000]

/** Time that everybody has for a last look at the files before it is quiet. */
const lastLook = 60_000

export class FilePlans {
  private readonly dice: Dice
  private readonly channels: ReadonlyArray<string>
  /** What has been sent so far: now and then the same is sent again. */
  private readonly known: Array<Content> = []

  constructor(seed: number, channels: ReadonlyArray<string>) {
    this.dice = new Dice(Math.imul(seed + 1, 0xc2b2_ae35))
    this.channels = channels
  }

  /** What happens in one storm, and in the calm behind it. */
  add({ calm, from, machines, steps, to }: Storm): void {
    const { dice } = this
    const every = dice.pick([0, 6000, 15_000, 40_000])
    if (every === 0) return
    this.hurry(from, to, machines, steps)
    machines.forEach(({ user, version }, machine) => {
      for (let at = from + around(every, dice); at < to; at += around(every, dice)) {
        const channel = this.somewhere(user, machines)
        steps.push({ at, machine, does: version === 1 ? this.offer() : this.something(channel) })
        if (dice.once(12)) this.crowd(at, channel, machines, steps)
      }
      // Whoever is there looks at files while nothing excuses anything.
      if (version === 1) return
      for (const channel of this.channels) {
        const at = calm - lastLook + dice.below(20_000)
        steps.push({ at, machine, does: { type: "fetch", channel, back: dice.below(3) } })
      }
    })
  }

  /**
   * Whenever the service is killed some are just sending something: it may be at any step of taking it in. Where its disk is
   * slow, much happens between two of these steps.
   */
  private hurry(from: number, to: number, machines: ReadonlyArray<Machine>, steps: Array<Step>): void {
    const disasters = steps.flatMap((step) => (step.at >= from && step.at < to && "server" in step ? step : []))
    for (const { at, server } of disasters) {
      if (server.type === "crash") this.sendBefore(at, from, machines, steps)
      if (server.type !== "disk" || server.fault !== "slow") continue
      for (let times = 0; times < 3; times++) this.crowd(at + this.dice.below(server.millis), "lobby", machines, steps)
    }
  }

  private sendBefore(killed: number, from: number, machines: ReadonlyArray<Machine>, steps: Array<Step>): void {
    const { dice } = this
    machines.forEach(({ cable: { jitter, lag }, version }, machine) => {
      if (version === 1 || dice.once(3)) return
      const { content, size } = this.content()
      // It asks, is answered, and sends.
      const at = killed - 3 * (lag + Math.floor(jitter / 2)) - dice.below(100)
      const does = { type: "send", channel: "lobby", content, size, announced: dice.once(2), said: true } as const
      if (at > from) steps.push({ at, machine, does })
    })
  }

  /** While some say what they have sent others take messages away: what is about to be said is spared. */
  private crowd(from: number, channel: string, machines: ReadonlyArray<Machine>, steps: Array<Step>): void {
    const { dice } = this
    machines.forEach(({ cable, version }, machine) => {
      if (version === 1) return
      const at = Math.max(0, from + 400 - cable.lag - Math.floor(cable.jitter / 2)) + dice.below(100)
      const type = dice.pick(["sayAgain", "retract", "delete"] as const)
      steps.push({ at, machine, does: { type, channel, back: dice.below(2) } })
    })
  }

  private somewhere(user: string, machines: ReadonlyArray<Machine>): string {
    const { dice } = this
    const other = dice.pick(machines).user
    return other !== user && dice.once(6) ? `@${other}` : dice.pick(this.channels)
  }

  private something(channel: string): FileAction {
    const { dice } = this
    const back = dice.below(4)
    const what = dice.below(20)
    if (what < 8) {
      const { content, size } = this.content()
      const announced = dice.once(2)
      const said = !dice.once(8)
      const quits = dice.once(4) ? { after: around(dice.pick(thoughts), dice), cancels: dice.once(2) } : undefined
      return { type: "send", channel, content, size, announced, said, quits }
    }
    if (what < 10) return { type: "resume", channel }
    if (what < 15)
      return { type: "fetch", channel, back, quits: dice.once(5) ? around(dice.pick(thoughts), dice) : undefined }
    if (what < 16) return { type: "spy", channel, back }
    if (what < 17) return { type: "sayAgain", channel, back }
    return { type: "retract", channel, back }
  }

  private offer(): FileAction {
    const { content, size } = this.content()
    return { type: "offer", content, size: Math.min(size, offered) }
  }

  private content(): Content {
    const { dice, known } = this
    if (known.length > 0 && dice.once(4)) return dice.pick(known)
    const content = { content: dice.below(1_000_000), size: dice.once(40) ? large : dice.pick(sizes) }
    known.push(content)
    return content
  }
}
