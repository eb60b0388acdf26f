import type { Failure } from "./Shrink.ts"
import { clock } from "../../src/testing/simulation/Trace.ts"

/** What a reader needs to understand what went wrong, and to see it again. */
export const tell = (failure: Failure, original: Failure): string => {
  const { outcome, plan } = failure
  const active = new Set(plan.steps.flatMap((step) => ("machine" in step ? [step.machine] : [])))
  const machines = plan.machines.flatMap(({ cable, name }, at) =>
    active.has(at) ? [`  ${name}: ${cable.lag} ms away, up to ${cable.jitter} ms more`] : [],
  )
  return [
    `Seed ${plan.seed} broke a promise: ${outcome.violation?.promise}`,
    `  ${outcome.violation?.detail}`,
    `The whole plan: ${original.plan.machines.length} machines, ${original.plan.steps.length} steps, broken at ${clock(original.outcome.at)}.`,
    `What is left of it: ${machines.length} machines, ${plan.steps.length} steps:`,
    ...machines,
    "",
    ...outcome.story.slice(-longest),
  ].join("\n")
}

const longest = 120
