/** Plays a plan: the whole service and everybody in it, in one call, on virtual time. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { AccountStore } from "../../src/accounts/AccountStore.ts"
import { UserId } from "../../src/domain/User.ts"
import { spelling, Username } from "../../src/domain/Username.ts"
import type { ServerSettings } from "../../src/server/ServerSettings.ts"
import { Disk } from "../../src/testing/simulation/Disk.ts"
import * as Checks from "./Checks.ts"
import * as FileChecks from "./FileChecks.ts"
import { Judge, type Violation } from "./Judge.ts"
import { recovery } from "./Person.ts"
import type { Plan } from "./Plan.ts"
import { Service, stopping } from "./Service.ts"
import type { ClockSet, Disaster, Step } from "./Step.ts"
import { Trace } from "../../src/testing/simulation/Trace.ts"
import { Livelock, VirtualTime } from "../../src/testing/simulation/VirtualTime.ts"
import { Version1Person } from "./Version1Person.ts"
import { Version2Person } from "./Version2Person.ts"

export interface Outcome {
  readonly violation: Violation | undefined
  /** When it was found, or when all was over: milliseconds from the start. */
  readonly at: number
  /** The same for the same plan, whenever and wherever it is played. */
  readonly hash: string
  /** What happened, the last of it. */
  readonly story: ReadonlyArray<string>
  readonly counts: Judge["counts"] & { readonly files: Judge["files"]["counts"] }
}

/** 2026-01-01. */
const start = 1_767_225_600_000
const lookEvery = 5000
/** From the last leave to the moment at which nothing may be left: idle channels stay for a minute. */
const rest = 180_000
/** Of several nodes each lets go of a channel that it does not use, and then so does the one that owns it. */
const restOfNodes = 360_000

/** Time in which everything expires that can, and in which it is swept then. */
const expired = 3 * 86_400_000
const sweeping = 130_000

export interface PlayOptions {
  readonly settings: ServerSettings
  /** Told, now and then, how far it has come, from 0 to 1. */
  readonly onProgress?: ((part: number) => void) | undefined
}

/** How long the service may be in doubt about what it has stored, behind the end of whatever troubled its disk. */
const doubt = 25_000

/** Accounts of those who may do everything; the others register when they sign in for the first time. */
const addAdmins = (accounts: AccountStore["Service"], admins: ReadonlyArray<string>): void => {
  for (const admin of admins) {
    const name = Username.make(admin)
    const account = { id: UserId.make(spelling(name)), name, role: "admin", disabled: false, createdAt: start } as const
    Effect.runSync(Effect.orDie(accounts.add({ ...account, passwordHash: Redacted.make("plain secret") })))
  }
}

export const play = (plan: Plan, { onProgress = () => {}, settings }: PlayOptions): Outcome => {
  const { seed } = plan
  const time = new VirtualTime(start)
  const trace = new Trace(time)
  const judge: Judge = new Judge(time, plan, () => disk.keptFiles)
  const disk: Disk = new Disk(time, seed * 17 + 1, {
    onAppend: (channel, batch) => {
      trace.note(`stored ${channel} ${batch.after} ${JSON.stringify(batch.entries)}`)
      judge.stored(channel, batch)
    },
    onChannel: (write) => {
      trace.note(`stored ${JSON.stringify(write)}`)
      judge.wrote(write)
    },
    onFile: (write) => {
      trace.note(`stored ${JSON.stringify(write)}`)
      judge.files.wrote(write)
    },
  })
  addAdmins(disk.keptAccounts, plan.admins)
  const service = new Service({ time, disk, trace, seed, settings, nodes: plan.nodes })
  const world = { time, trace, judge, servers: service.servers, seed }
  const people = plan.machines.map((machine, index) =>
    machine.version === 1 ? new Version1Person(world, index, machine) : new Version2Person(world, index, machine),
  )
  const watched = { ...world, people, history: disk.kept, channels: disk.keptChannels, files: disk.keptFiles }

  const excuse = (millis: number): void => {
    for (const person of people) person.excuse(millis)
    judge.slowMode.forget(time.now + millis + doubt)
    judge.files.trouble(time.now + millis + doubt)
  }
  const befall = (disaster: Disaster | ClockSet, node: number | undefined): void => {
    if (disaster.type === "clock") {
      service.setClock(disaster.by, node)
      return judge.files.clockSet(disk.wall.aheadBy)
    }
    const millis = disaster.type === "disk" ? disaster.millis : disaster.down
    excuse(millis)
    switch (disaster.type) {
      case "crash":
        return service.crash(disaster.machineLives, disaster.down, node)
      case "restart":
        return service.restart(disaster.down, node)
      case "disk": {
        const { fault } = disaster
        trace.tell(`disk: is ${fault} for ${millis / 1000} s`)
        return disk.suffer(fault === "slow" ? { type: fault, millis: 3000 } : { type: fault }, millis)
      }
    }
  }
  const take = (step: Step): void => {
    if ("server" in step) befall(step.server, step.node)
    else if ("nodes" in step) {
      excuse("millis" in step.nodes ? step.nodes.millis : 0)
      service.suffer(step.nodes)
    } else if ("does" in step) people[step.machine]!.act(step.does)
    else people[step.machine]!.suffer(step.suffers)
  }

  const lastCalm = plan.calms.at(-1) ?? recovery
  const end = lastCalm + (plan.nodes === 1 ? rest : restOfNodes)
  time.soon(() => service.start())
  for (const step of plan.steps) time.at(start + step.at, () => take(step))
  for (const calm of plan.calms) time.at(start + calm, () => Checks.inTheEnd(watched))
  for (let at = lookEvery; at < end; at += lookEvery) {
    time.at(start + at, () => {
      Checks.always(watched)
      onProgress(at / end)
    })
  }
  time.at(start + lastCalm + 1, () =>
    people.forEach((person, at) =>
      person.act(at % 2 === 0 ? { type: "close" } : { type: "kill", machineLives: at % 4 === 1 }),
    ),
  )
  time.at(start + end, () => Checks.afterwards(watched))
  // All that nobody refers to expires, and what was left by whatever happened is looked for at the start.
  time.at(start + end + 1000, () => service.stop())
  time.at(start + end + stopping, () => {
    service.setClock(judge.files.mostAhead - disk.wall.aheadBy + expired)
    judge.files.clockSet(disk.wall.aheadBy)
    service.start()
  })
  time.at(start + end + stopping + sweeping, () => FileChecks.afterwards(judge, disk.keptFiles))

  const enough = () => judge.violation !== undefined
  try {
    time.runUntil(start + end + stopping + sweeping + 1000, enough)
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
    counts: { ...judge.counts, files: judge.files.counts },
  }
}
