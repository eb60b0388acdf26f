/** Plans what befalls the nodes of a service, with dice of its own: what people do is the same without. */
import { Dice } from "../../src/testing/Dice.ts"
import type { Cut } from "../../src/testing/simulation/SimulatedNodes.ts"
import { around } from "./around.ts"
import type { NodeFault, Step } from "./Step.ts"

/** So long something lasts, in milliseconds. */
const lengths = [200, 2000, 8000, 20_000]
const ways: ReadonlyArray<Cut> = ["both", "both", "there", "back"]

export class NodePlans {
  private readonly dice: Dice
  private readonly nodes: number
  private readonly channels: ReadonlyArray<string>

  constructor(seed: number, nodes: number, channels: ReadonlyArray<string>) {
    this.dice = new Dice(Math.imul(seed + 1, 0x27d4_eb2f))
    this.nodes = nodes
    this.channels = channels
  }

  /** What happens in one storm. */
  add(from: number, to: number, steps: Array<Step>): void {
    const { dice } = this
    const every = dice.pick([0, 4000, 10_000, 30_000])
    if (every === 0) return
    for (let at = from + around(every, dice); at < to; at += around(every, dice)) {
      steps.push({ at, nodes: this.fault(to - at) })
    }
  }

  /** Says of what befalls a process which of them it is; now and then it is all of them. */
  placed(steps: ReadonlyArray<Step>): ReadonlyArray<Step> {
    return steps.map((step) => {
      if (!("server" in step) || step.server.type === "disk") return step
      // A clock that is set right again has to be the same.
      if (step.server.type === "clock") return { ...step, node: Math.abs(step.server.by) % this.nodes }
      return this.dice.once(8) ? step : { ...step, node: this.dice.below(this.nodes) }
    })
  }

  private fault(most: number): NodeFault {
    const { dice, nodes } = this
    const millis = Math.min(dice.pick(lengths), most)
    const one = dice.below(nodes)
    const other = (one + 1 + dice.below(nodes - 1)) % nodes
    const what = dice.once(3) ? one : dice.pick(this.channels)
    return dice.pick<NodeFault>([
      { type: "cut", one, other, way: dice.pick(ways), millis },
      { type: "cut", one, other, way: dice.pick(ways), millis },
      { type: "isolate", node: one, millis },
      { type: "move", what, to: other },
      { type: "move", what, to: other },
      { type: "seize", what, to: other, millis },
    ])
  }
}
