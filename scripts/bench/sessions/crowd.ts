import { Histogram, percentile } from "../../../src/scenario/Histogram.ts"
import {
  ask,
  each,
  enter,
  fail,
  type Frame,
  measured,
  open,
  progress,
  seconds,
  stopwatch,
  within,
} from "./Conversation.ts"
import type { Peer } from "./Peer.ts"
import type { CrowdPlan, SessionPlan } from "./Plan.ts"

const contentBytes = 100
const drainLimitSeconds = 10

const contentOf = (message: number): string => `${message} `.padEnd(contentBytes, ".")

/** Each message must reach everybody in its channel once, in the channel's order. */
export const crowd = async (plan: SessionPlan & CrowdPlan): Promise<void> => {
  const { members, membersPerChannel, rate } = plan
  const peers: Array<Peer> = []
  const last = new Uint32Array(members)
  const histogram = new Histogram()
  const interval = 1000 / rate
  const channelOf = (member: number): string => `room-${Math.floor(member / membersPerChannel)}`

  let firstDue = Number.POSITIVE_INFINITY
  /** Messages due within are measured. */
  let [from, to] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  let sent = 0
  let delivered = 0
  let acknowledged = 0
  let latest = 0

  const receive = (member: number, frame: Frame): void => {
    switch (frame.type) {
      case "Message": {
        const now = performance.now()
        const [seq, message] = [Number(frame["seq"]), Number.parseInt(String(frame["content"]), 10)]
        if (frame["channel"] !== channelOf(member) || frame["content"] !== contentOf(message)) {
          fail(`member ${member} got a message that nobody sent: ${JSON.stringify(frame)}`)
        }
        if (seq !== last[member]! + 1) fail(`member ${member} got place ${seq} behind ${last[member]}`)
        last[member] = seq
        delivered++
        const due = firstDue + message * interval
        if (due >= from && due < to) histogram.record(now - due)
        return
      }
      case "Published":
        acknowledged++
        return
      case "Ping":
        return peers[member]!.send({ ...frame, type: "Pong" })
      case "Presence":
        return
      default:
        fail(`member ${member} got ${JSON.stringify(frame).slice(0, 200)}`)
    }
  }

  await within(
    60,
    "signing in",
    each(members, 16, async (member) => {
      // Far from those who are idle.
      const peer = open(plan, { number: 2_000_000 })
      await enter(peer, `talker-${member}`)
      const joined = ask(peer, { type: "Join", channel: channelOf(member) }, "Joined")
      last[member] = Number((await joined)["seq"])
      peers[member] = peer
      peer.onFrame = (_, bytes, start, end) => receive(member, JSON.parse(bytes.toString("utf8", start, end)))
    }),
  )
  progress("talking")

  firstDue = performance.now() + interval
  const talking = setInterval(() => {
    for (let due = firstDue + sent * interval; due <= performance.now(); due = firstDue + sent * interval) {
      const member = sent % members
      peers[member]!.send({
        type: "Publish",
        ref: sent,
        channel: channelOf(member),
        id: `crowd-${sent}`,
        content: contentOf(sent),
      })
      if (due >= from) latest = Math.max(latest, performance.now() - due)
      sent++
    }
  }, 1)
  await seconds(plan.rampSeconds)
  progress("measuring")
  const taken = stopwatch(plan)
  from = performance.now()
  to = from + plan.seconds * 1000
  await seconds(plan.seconds)
  const { serverCpuSeconds, wallSeconds } = taken()
  clearInterval(talking)
  const complete = (): boolean => acknowledged === sent && delivered === sent * membersPerChannel
  for (let waited = 0; !complete() && waited < drainLimitSeconds; waited += 0.1) await seconds(0.1)
  // Also waits for what should not come: messages that come twice.
  await seconds(0.2)
  if (!complete()) {
    fail(`of ${sent} messages ${acknowledged} were acknowledged, and ${delivered} deliveries came`)
  }
  const counts = [histogram.counts]
  measured({
    p50: percentile(counts, 0.5),
    p99: percentile(counts, 0.99),
    p999: percentile(counts, 0.999),
    latest,
    messagesPerSecond: rate,
    serverUtilisation: serverCpuSeconds / wallSeconds,
  })
}
