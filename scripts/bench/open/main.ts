// The open-loop load, a process of its own: version 2 members on one event loop. Message number k is due at a moment
// that nothing moves, and its latency counts from that moment: a server, or a load, that falls behind shows as late.
//
// Started with an OpenPlan (JSON) as its one argument; says OpenEvents, one line of JSON each, on stdout; ends by
// itself, and when its stdin ends (so that it never outlives whoever started it).
import * as fs from "node:fs"
import type { OpenEvent, OpenPlan, ReturnFigures } from "../OpenLoad.ts"
import { memberName } from "../Message.ts"
import { contentOf, Ledger } from "./Ledger.ts"
import { Member } from "./Member.ts"
import { Slices } from "./Slices.ts"

const plan: OpenPlan = JSON.parse(process.argv[2] ?? "{}")
const joinsAtOnce = 16
const joinLimitSeconds = 60
const returnLimitSeconds = 90
/** On a busy machine they might never catch up, until history reaches back no further. */
const talkWhileReturning = 10
const drainLimitSeconds = 10

const say = (event: OpenEvent): void => {
  fs.writeSync(1, `${JSON.stringify(event)}\n`)
}

const fail = (reason: string): never => {
  say({ type: "Failed", reason })
  process.exit(1)
}

process.stdin.on("end", () => process.exit(1)).resume()

const seconds = (duration: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, duration * 1000))

// ---------------------------------------------------------------------------------------------------------------
// What is measured

const ledger = new Ledger(plan.contentBytes)
const interval = 1000 / plan.rate
/** When message 0 is due; message k is due k intervals later. */
let firstDue = Number.POSITIVE_INFINITY
let sent = 0
let latest = 0
let acknowledged = 0

const slices = new Slices(plan.groups.length)

const onDelivery = (index: number) => (message: number) => {
  const due = firstDue + message * interval
  const { delivery } = slices.at(due) ?? {}
  if (delivery === undefined) return
  const latency = performance.now() - due
  for (let group = 0; group < delivery.length; group++) {
    if (index < plan.groups[group]!) delivery[group]!.record(latency)
  }
}

const onAcknowledged = (message: number): void => {
  acknowledged++
  const due = firstDue + message * interval
  slices.at(due)?.acknowledgement.record(performance.now() - due)
}

// ---------------------------------------------------------------------------------------------------------------
// The run

const members = Array.from(
  { length: plan.members },
  (_, index) =>
    new Member({
      host: plan.host,
      port: plan.port,
      name: memberName(index),
      contentBytes: plan.contentBytes,
      ledger,
      onDelivery: onDelivery(index),
      onAcknowledged,
      fail,
    }),
)
const stalling = members.slice(plan.members - plan.stalled)

const enterAll = async (all: ReadonlyArray<Member>): Promise<void> => {
  let next = 0
  const enterSome = async (): Promise<void> => {
    while (next < all.length) await all[next++]!.enter()
  }
  await Promise.all(Array.from({ length: joinsAtOnce }, enterSome))
}

const inTime = async (limitSeconds: number, what: string, work: () => Promise<void>): Promise<number> => {
  const started = performance.now()
  const tooSlow = setTimeout(() => fail(`${what} after ${limitSeconds} s`), limitSeconds * 1000)
  await work()
  clearTimeout(tooSlow)
  return (performance.now() - started) / 1000
}

/** Sends what is due, every millisecond, until it is stopped. */
const talk = (): { readonly stop: () => void } => {
  firstDue = performance.now() + interval
  const timer = setInterval(() => {
    for (let due = firstDue + sent * interval; due <= performance.now(); due = firstDue + sent * interval) {
      members[sent % plan.senders]!.publish(sent, contentOf(sent, plan.contentBytes))
      if (slices.at(due) !== undefined) latest = Math.max(latest, performance.now() - due)
      sent++
    }
  }, 1)
  return { stop: () => clearInterval(timer) }
}

/** Those who stalled read again, find their connection ended, and come back. */
const comeBack = async (): Promise<ReturnFigures> => {
  const taken = await inTime(returnLimitSeconds, "not all who stalled were back", async () => {
    await Promise.all(stalling.map((member) => member.drain(plan.seconds)))
    await enterAll(stalling)
  })
  const ends: Record<string, number> = {}
  for (const { ended = "" } of stalling) ends[ended] = (ends[ended] ?? 0) + 1
  return {
    ends,
    recovered: stalling.reduce((sum, { recovered }) => sum + recovered, 0),
    pages: stalling.reduce((sum, { pages }) => sum + pages, 0),
    seconds: taken,
  }
}

const complete = (): boolean => acknowledged === sent && ledger.size === sent && members.every(hasAll)
const hasAll = ({ last }: Member): boolean => last === members[0]!.last

const run = async (): Promise<void> => {
  const joined = await inTime(joinLimitSeconds, "not all members were in", () => enterAll(members))
  say({ type: "Joined", seconds: joined })
  const talking = talk()
  say({ type: "Progress", phase: "ramp" })
  await seconds(plan.rampSeconds)

  say({ type: "Progress", phase: "measure" })
  slices.begin()
  for (const member of stalling) member.stall()
  await seconds(plan.seconds)
  const returning = slices.cut()

  say({ type: "Progress", phase: "return" })
  const fallSilent = setTimeout(talking.stop, talkWhileReturning * 1000)
  const returned = await comeBack()
  slices.end()
  clearTimeout(fallSilent)
  talking.stop()

  for (let waited = 0; !complete() && waited < drainLimitSeconds; waited += 0.1) await seconds(0.1)
  // Also waits for what should not come: messages that come twice.
  await seconds(0.2)
  if (!complete()) {
    const behind = members.findIndex((member) => !hasAll(member))
    fail(
      `${sent} messages were sent, ${acknowledged} acknowledged and ${ledger.size} delivered` +
        (behind === -1 ? "" : `; member ${behind} is at ${members[behind]!.last}, member 0 at ${members[0]!.last}`),
    )
  }
  say({
    type: "Measured",
    figures: { slices: slices.results.slice(0, returning), returning: slices.results.slice(returning), latest },
    returned,
    messagesChecked: sent,
  })
  process.exit(0)
}

run().catch((error: unknown) => fail(String(error)))
