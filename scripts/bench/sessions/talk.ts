import { memberName } from "../Message.ts"
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
  rates,
  seconds,
  stopwatch,
  within,
} from "./Conversation.ts"
import type { SessionPlan, TalkPlan } from "./Plan.ts"
import { TalkChannel } from "./TalkChannel.ts"

const stallLimitSeconds = 3

/**
 * A closed loop: whoever speaks sends the next message when one of theirs has come back and was acknowledged. Each must
 * reach everybody in its channel once, in the channel's order, and be answered once, with the place that it has there.
 */
export const talk = async (plan: SessionPlan & TalkPlan): Promise<void> => {
  const { channels, inFlight, membersPerChannel } = plan
  const histogram = new Histogram()
  let talking = false
  let measuring = false
  let deliveries = 0

  const starts: Array<() => void> = []
  const all = Array.from({ length: channels }, (_, index) => new TalkChannel(index, plan))

  const enterAs = async (member: number): Promise<void> => {
    const [channel, place] = [all[Math.floor(member / membersPerChannel)]!, member % membersPerChannel]
    const peer = open(plan)
    await enter(peer, memberName(member))
    const joined = await ask(peer, { type: "Join", ref: 1, channel: channel.name }, "Joined")
    channel.joined(place, Number(joined["seq"]))
    peer.afterRead = () => {
      if (!talking || place >= plan.sendersPerChannel) return
      const bytes = channel.next(place, inFlight)
      if (bytes !== undefined) peer.write(bytes)
    }
    peer.onFrame = (_, bytes, start, end) => {
      // `{"type":"Message"`, of which there are by far the most
      if (bytes[start + 9] === 0x4d) {
        const millis = channel.delivered(place, bytes, start, end)
        deliveries++
        if (measuring) histogram.record(millis)
        return
      }
      const frame: Frame = JSON.parse(bytes.toString("utf8", start, end))
      if (frame.type === "Published") channel.published(place, frame)
      else if (frame.type === "Ping") peer.send({ ...frame, type: "Pong" })
      else if (frame.type !== "Presence") fail(`member ${member} got ${JSON.stringify(frame).slice(0, 200)}`)
    }
    starts.push(peer.afterRead)
  }

  /** Waits for all that is under way, however slow the server is, as long as it goes on. */
  const allArrived = async (): Promise<void> => {
    let [before, moved] = [deliveries, performance.now()]
    while (!all.every((channel) => channel.isComplete()) && performance.now() - moved < stallLimitSeconds * 1000) {
      await seconds(0.02)
      if (deliveries > before) [before, moved] = [deliveries, performance.now()]
    }
  }

  await within(60, "signing in", each(channels * membersPerChannel, 16, enterAs))
  // Those who came last are still announced to the others.
  await seconds(0.2)
  talking = true
  for (const start of starts) start()
  await seconds(plan.rampSeconds)
  progress("measuring")
  const [before, taken] = [deliveries, stopwatch(plan)]
  measuring = true
  await seconds(plan.seconds)
  measuring = false
  const figures = rates(deliveries - before, taken())
  talking = false
  await allArrived()
  // Also waits for what should not come: messages that come twice.
  await seconds(0.2)
  for (const channel of all) channel.check()
  if (figures.count === 0) fail("nothing was delivered in the measured time")
  const counts = [histogram.counts]
  measured({
    ...figures,
    messagesPerSecond: figures.perSecond / membersPerChannel,
    messagesPerCpuSecond: figures.perCpuSecond / membersPerChannel,
    p50: percentile(counts, 0.5),
    p99: percentile(counts, 0.99),
  })
}
