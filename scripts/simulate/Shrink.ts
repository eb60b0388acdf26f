/** Makes a failing plan small: what can be left out, and the same promise is still broken, is left out. */
import type { Machine } from "./Machine.ts"
import { calm, type Plan } from "./Plan.ts"
import { type FileAction, isFileAction, type Step } from "./Step.ts"
import { type Outcome, play, type PlayOptions } from "./Simulation.ts"

export interface Failure {
  readonly plan: Plan
  readonly outcome: Outcome
}

export interface ShrinkOptions extends Pick<PlayOptions, "settings"> {
  readonly enough: () => boolean
  /** Told how many steps are left. */
  readonly onTry?: ((steps: number) => void) | undefined
}

/** Tries until nothing more can be left out, or it is enough. */
export const shrink = (failure: Failure, { enough, onTry = () => {}, settings }: ShrinkOptions): Failure => {
  const promise = failure.outcome.violation?.promise
  let best = failure

  /** Whether it fails in the same way; then it is the best so far. */
  const fails = (plan: Plan): boolean => {
    if (enough()) return false
    onTry(best.plan.steps.length)
    const outcome = play(plan, { settings })
    if (outcome.violation?.promise !== promise) return false
    best = { plan, outcome }
    return true
  }

  fails(withoutWhatFollows(best))
  let before: number
  do {
    before = size(best.plan)
    for (let machine = best.plan.machines.length - 1; machine >= 0; machine--) fails(withoutMachine(best.plan, machine))
    for (let length = Math.ceil(best.plan.steps.length / 2); length >= 1; length = Math.floor(length / 2)) {
      for (let from = best.plan.steps.length - length; from > -length; from -= length) {
        const { steps } = best.plan
        fails({ ...best.plan, steps: steps.filter((_, at) => at < from || at >= from + length) })
      }
    }
    fails(withoutWhatFollows(best))
    for (let at = 0; at < best.plan.steps.length; at++) {
      for (const simpler of simplify(best.plan.steps[at]!)) {
        fails({ ...best.plan, steps: best.plan.steps.map((step, index) => (index === at ? simpler : step)) })
      }
      fails(sooner(best.plan, at))
    }
    for (let at = 0; at < best.plan.machines.length; at++) {
      const { machines } = best.plan
      const cable: Machine["cable"] = { lag: 1, jitter: 0, capacity: 65_536 }
      fails({
        ...best.plan,
        machines: machines.map((machine, index) => (index === at ? { ...machine, cable } : machine)),
      })
    }
  } while (size(best.plan) < before && !enough())
  return best
}

/** The only thing that has to become smaller for another round to make sense. */
const size = ({ machines, steps }: Plan): number => machines.length + steps.length

/** What came after it broke, and all calms that were passed. */
const withoutWhatFollows = ({ outcome, plan }: Failure): Plan => {
  const steps = plan.steps.filter(({ at }) => at <= outcome.at)
  const end = (steps.at(-1)?.at ?? 0) + calm
  return { ...plan, steps, calms: [end] }
}

/** A machine that never does anything: the others keep their numbers, and so their chance. */
const withoutMachine = (plan: Plan, machine: number): Plan => ({
  ...plan,
  steps: plan.steps.filter((step) => !("machine" in step) || step.machine !== machine),
})

const simplify = (step: Step): ReadonlyArray<Step> => {
  if ("server" in step) return []
  if ("nodes" in step) {
    const { nodes } = step
    return "millis" in nodes ? [{ ...step, nodes: { ...nodes, millis: Math.ceil(nodes.millis / 4) } }] : []
  }
  if ("suffers" in step) {
    const { suffers } = step
    return "millis" in suffers ? [{ ...step, suffers: { ...suffers, millis: Math.ceil(suffers.millis / 4) } }] : []
  }
  const { does } = step
  if (isFileAction(does)) return simplifyFile(does).map((does) => ({ ...step, does }))
  if ("duration" in does && does.duration !== undefined) return [{ ...step, does: { ...does, duration: undefined } }]
  return does.type === "publish" && does.times + does.length > 2
    ? [{ ...step, does: { ...does, times: 1, length: 1 } }]
    : []
}

const simplifyFile = (does: FileAction): ReadonlyArray<FileAction> => {
  const whole = "quits" in does && does.quits !== undefined ? [{ ...does, quits: undefined } as FileAction] : []
  const small = "size" in does && does.size > 1 ? [{ ...does, size: 1 }] : []
  return [...whole, ...small]
}

/** With hardly any time between a step and the one before. */
const sooner = (plan: Plan, at: number): Plan => {
  const { calms, steps } = plan
  const gap = steps[at]!.at - (steps[at - 1]?.at ?? 1000) - 500
  if (gap < 1000) return plan
  return {
    ...plan,
    steps: steps.map((step, index) => (index < at ? step : { ...step, at: step.at - gap })),
    calms: calms.map((moment) => moment - gap),
  }
}
