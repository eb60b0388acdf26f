// The load of a service of several nodes, a process of its own: lean clients of version 2, each at its node, all on one
// event loop, so that what is measured between two of them has one clock.
//
// Started with a Plan (JSON) as its one argument; says LoadEvents, one line of JSON each, on stdout; ends by itself, and
// when its stdin ends.
import * as fs from "node:fs"
import { Histogram } from "../../../src/scenario/Histogram.ts"
import { type Frame, Wire } from "../open/Wire.ts"
import type { Client, LoadEvent, Plan } from "./Plan.ts"

const plan: Plan = JSON.parse(process.argv[2] ?? "{}")
const joinsAtOnce = 8
const joinLimitSeconds = 60
const drainLimitSeconds = 15

const say = (event: LoadEvent): void => {
  fs.writeSync(1, `${JSON.stringify(event)}\n`)
}

const fail = (reason: string): never => {
  say({ type: "Failed", reason })
  process.exit(1)
}

process.stdin.on("end", () => process.exit(1)).resume()

const sleep = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000))

// ---------------------------------------------------------------------------------------------------------------
// What is measured

/** When each message was due, by its number; as many as can be under way. */
const remembered = 1 << 20
const dues = new Float64Array(remembered)
const acknowledgement = new Histogram()
const delivery = new Histogram()
let from = Number.POSITIVE_INFINITY
let to = Number.POSITIVE_INFINITY
let sent = 0
let answered = 0
let acknowledged = 0
let delivered = 0
let latest = 0
/** Deliveries to come: of each message that is sent, one for each member of its channel. */
let expected = 0
let received = 0
const membersOf = new Map<string, number>()
/** Whether what everybody is told is measured. */
const all = !plan.clients.some(({ isMeasured }) => isMeasured === true)
/** Called when something was acknowledged. */
let onRoom = (): void => {}

const isMeasured = (moment: number): boolean => moment >= from && moment < to

const contentOf = (message: number): string => `~${String(message).padStart(9, "0")}`.padEnd(plan.bytes, ".")
const headOf = /^\{"type":"Message","channel":"([^"]+)","seq":(\d+),.*"content":"~(\d{9})/

// ---------------------------------------------------------------------------------------------------------------
// The clients

class Talker {
  readonly client: Client
  private readonly wire: Wire
  private readonly lasts = new Map<string, number>()
  private awaiting: ((frame: Frame) => void) | undefined
  private turn = 0
  /** What it may still send before something is acknowledged. */
  room = 0

  constructor(client: Client) {
    this.client = client
    this.wire = new Wire(plan.host, client.port, {
      frame: (frame) => this.receive(frame),
      glance: (head) => this.glance(head),
      closed: (error) => void fail(`${client.name} was closed by the server: ${error?.message ?? "in order"}`),
    })
  }

  async enter(): Promise<void> {
    await this.ask({ type: "Connect", client_id: "bench", version: "2.0", codecs: ["json"] }, "Connect")
    await this.ask({ type: "Login", username: this.client.name, password: "x" }, "LoggedIn")
    for (const channel of this.client.channels) {
      const { seq = 0 } = await this.ask({ type: "Join", channel }, "Joined")
      // What others say meanwhile comes behind it; nobody does.
      this.lasts.set(channel, seq)
      membersOf.set(channel, (membersOf.get(channel) ?? 0) + 1)
    }
  }

  /** Sends so many messages, each due at its moment, in one write. */
  publish(due: ReadonlyArray<number>): void {
    this.wire.sendAll(
      due.map((moment) => {
        const message = sent++
        const channel = this.client.speaksIn[this.turn++ % this.client.speaksIn.length]!
        dues[message % remembered] = moment
        expected += membersOf.get(channel)!
        return { type: "Publish", ref: message + 1000, channel, id: `b${message}`, content: contentOf(message) }
      }),
    )
  }

  private ask(request: { readonly type: string; readonly [field: string]: unknown }, answer: string): Promise<Frame> {
    return new Promise((resolve) => {
      this.awaiting = (frame) => {
        if (frame.type !== answer) return void fail(`${request.type}: ${JSON.stringify(frame).slice(0, 200)}`)
        this.awaiting = undefined
        resolve(frame)
      }
      this.wire.send(request)
    })
  }

  private receive(frame: Frame): void {
    switch (frame.type) {
      case "Published": {
        const now = performance.now()
        const due = dues[(frame.ref! - 1000) % remembered]!
        answered++
        this.room++
        onRoom()
        if (isMeasured(now)) acknowledged++
        if (isMeasured(due)) acknowledgement.record(now - due)
        return
      }
      case "Ping":
        return this.wire.send({ ...frame, type: "Pong" })
      case "Presence":
      case "ReadMarker":
        return
      case "Disconnect":
      case "Error":
        return void fail(`${this.client.name}: ${JSON.stringify(frame).slice(0, 200)}`)
      default:
        this.awaiting?.(frame)
    }
  }

  private glance(head: string): boolean {
    const found = headOf.exec(head)
    if (found === null) return fail(`${this.client.name}: ${head}`)
    const [, channel = "", place, number] = found
    const seq = Number(place)
    const last = this.lasts.get(channel)
    if (last === undefined || seq !== last + 1) fail(`${this.client.name} got ${seq} of ${channel} behind ${last}`)
    this.lasts.set(channel, seq)
    const now = performance.now()
    const due = dues[Number(number) % remembered]!
    received++
    if (isMeasured(now)) delivered++
    if (isMeasured(due) && (all || this.client.isMeasured === true)) delivery.record(now - due)
    return true
  }
}

// ---------------------------------------------------------------------------------------------------------------
// The run

const talkers = plan.clients.map((client) => new Talker(client))
const speakers = talkers.filter(({ client }) => client.speaksIn.length > 0)

const enterAll = async (): Promise<void> => {
  let next = 0
  const enterSome = async (): Promise<void> => {
    while (next < talkers.length) await talkers[next++]!.enter()
  }
  await Promise.all(Array.from({ length: joinsAtOnce }, enterSome))
}

/** Each message at its moment, by the speakers in turn. */
const atRate = (rate: number): (() => void) => {
  const interval = 1000 / rate
  const first = performance.now() + interval
  let next = 0
  const timer = setInterval(() => {
    const now = performance.now()
    const due = speakers.map((): Array<number> => [])
    for (; first + next * interval <= now; next++) due[next % speakers.length]!.push(first + next * interval)
    for (const [index, moments] of due.entries()) {
      if (moments.length === 0) continue
      if (isMeasured(moments[0]!)) latest = Math.max(latest, now - moments[0]!)
      speakers[index]!.publish(moments)
    }
  }, 1)
  return () => clearInterval(timer)
}

/** As soon as something is acknowledged the next is said, together with what else was acknowledged in the same read. */
const inFlight = (most: number): (() => void) => {
  let talks = true
  let waits = false
  for (const speaker of speakers) speaker.room = Math.floor(most / speakers.length)
  const fill = (): void => {
    waits = false
    if (!talks) return
    const now = performance.now()
    for (const speaker of speakers) {
      if (speaker.room === 0) continue
      speaker.publish(Array.from({ length: speaker.room }, () => now))
      speaker.room = 0
    }
  }
  onRoom = () => {
    if (!waits) setImmediate(fill)
    waits = true
  }
  fill()
  return () => void (talks = false)
}

const run = async (): Promise<void> => {
  const tooSlow = setTimeout(() => fail(`not all were in after ${joinLimitSeconds} s`), joinLimitSeconds * 1000)
  await enterAll()
  clearTimeout(tooSlow)
  const stop = plan.rate === undefined ? inFlight(plan.inFlight ?? 1) : atRate(plan.rate)
  await sleep(plan.rampSeconds)
  from = performance.now()
  const before = process.cpuUsage()
  say({ type: "Measuring" })
  await sleep(plan.seconds)
  to = performance.now()
  say({ type: "Over" })
  const used = process.cpuUsage(before)
  const measured = { acknowledged, delivered, cpu: (used.user + used.system) / 1e6 }
  stop()
  for (let waited = 0; (answered < sent || received < expected) && waited < drainLimitSeconds; waited += 0.05) {
    await sleep(0.05)
  }
  if (answered < sent || received < expected) {
    fail(`${sent} were said, ${answered} acknowledged; of ${expected} deliveries ${received} came`)
  }
  say({
    type: "Measured",
    figures: {
      seconds: (to - from) / 1000,
      ...measured,
      acknowledgement: acknowledgement.counts,
      delivery: delivery.counts,
      latest,
    },
  })
  process.exit(0)
}

run().catch((error: unknown) => fail(String(error)))
