/** Plays a plan: the whole service and everybody in it, in one call, on virtual time. */
import { Disk } from "../../src/testing/simulation/Disk.ts"
import { Judge, type Violation } from "./Judge.ts"
import { Person, recovery } from "./Person.ts"
import type { Disaster, Plan, Step } from "./Plan.ts"
import { Server } from "../../src/testing/simulation/Server.ts"
import { Trace } from "../../src/testing/simulation/Trace.ts"
import { Livelock, VirtualTime } from "../../src/testing/simulation/VirtualTime.ts"
import * as Watch from "./Watch.ts"

export interface Outcome {
  readonly violation: Violation | undefined
  /** When it was found, or when all was over: milliseconds from the start. */
  readonly at: number
  /** The same for the same plan, whenever and wherever it is played. */
  readonly hash: string
  /** What happened, the last of it. */
  readonly story: ReadonlyArray<string>
  readonly counts: Judge["counts"]
}

/** 2026-01-01. */
const start = 1_767_225_600_000
const lookEvery = 5000
/** From the last leave to the moment at which nothing may be left: idle channels stay for a minute. */
const rest = 180_000

/** `onProgress` is told, now and then, how far it has come, from 0 to 1. */
export const play = (plan: Plan, onProgress: (part: number) => void = () => {}): Outcome => {
  const { seed } = plan
  const time = new VirtualTime(start)
  const trace = new Trace(time)
  const judge = new Judge(time)
  const disk = new Disk(time, seed * 17 + 1, (channel, batch) => {
    trace.note(`stored ${channel} ${batch.after} ${JSON.stringify(batch.entries)}`)
    judge.stored(channel, batch)
  })
  const server = new Server(time, disk, trace, seed * 13 + 2)
  const world = { time, trace, judge, server, seed }
  const people = plan.machines.map((machine, index) => new Person(world, index, machine))
  const watched = { ...world, people, history: disk.kept }

  const befall = (disaster: Disaster): void => {
    const millis = disaster.type === "disk" ? disaster.millis : disaster.down
    for (const person of people) person.excuse(millis)
    switch (disaster.type) {
      case "crash":
        server.crash(disaster.machineLives)
        return void time.after(disaster.down, () => server.start())
      case "restart":
        server.stop()
        return void time.after(disaster.down + 15_000, () => server.start())
      case "disk": {
        const { fault } = disaster
        trace.tell(`disk: is ${fault} for ${millis / 1000} s`)
        return disk.suffer(fault === "slow" ? { type: fault, millis: 3000 } : { type: fault }, millis)
      }
    }
  }
  const take = (step: Step): void => {
    if ("server" in step) befall(step.server)
    else if ("does" in step) people[step.machine]!.act(step.does)
    else people[step.machine]!.suffer(step.suffers)
  }

  const lastCalm = plan.calms.at(-1) ?? recovery
  const end = lastCalm + rest
  time.soon(() => server.start())
  for (const step of plan.steps) time.at(start + step.at, () => take(step))
  for (const calm of plan.calms) time.at(start + calm, () => Watch.inTheEnd(watched))
  for (let at = lookEvery; at < end; at += lookEvery) {
    time.at(start + at, () => {
      Watch.always(watched)
      onProgress(at / end)
    })
  }
  time.at(start + lastCalm + 1, () =>
    people.forEach((person, at) =>
      person.act(at % 2 === 0 ? { type: "close" } : { type: "kill", machineLives: at % 4 === 1 }),
    ),
  )
  time.at(start + end, () => Watch.afterwards(watched))

  const enough = () => judge.violation !== undefined
  try {
    time.runUntil(start + end + 1000, enough)
  } catch (error) {
    if (!(error instanceof Livelock)) throw error
    judge.fail("time goes on", error.message)
  }
  if (judge.violation !== undefined) trace.tell(`BROKEN: ${judge.violation.promise}: ${judge.violation.detail}`)
  return {
    violation: judge.violation,
    at: time.now - start,
    hash: trace.hash,
    story: trace.lines,
    counts: judge.counts,
  }
}
