import { residentBytes } from "../ServerCpu.ts"
import { each, enter, fail, measured, open, progress, seconds, stopwatch, within } from "./Conversation.ts"
import type { Peer } from "./Peer.ts"
import type { IdlePlan, SessionPlan } from "./Plan.ts"

/** What the server takes to come to rest after its start, in seconds. */
const restSeconds = 1

export const idle = async (plan: SessionPlan & IdlePlan): Promise<void> => {
  await seconds(Math.min(restSeconds, plan.settleSeconds))
  const empty = residentBytes(plan.serverPid)
  const peers: Array<Peer> = []
  const started = performance.now()
  await within(
    180,
    "signing in",
    each(plan.connections, 64, async (index) => {
      const peer = open(plan, { number: index })
      await enter(peer, `idle-${index}`)
      if (peers.push(peer) % 5000 === 0) progress(`${peers.length} are in`)
    }),
  )
  const inAfter = (performance.now() - started) / 1000
  progress(`all ${peers.length} are in after ${inAfter.toFixed(1)} s`)
  await seconds(plan.settleSeconds)
  progress("measuring")
  const [full, taken] = [residentBytes(plan.serverPid), stopwatch(plan)]
  await seconds(plan.seconds)
  const { serverCpuSeconds, wallSeconds } = taken()
  const after = residentBytes(plan.serverPid)
  if (peers.length !== plan.connections) fail(`${peers.length} of ${plan.connections} were held`)
  measured({
    bytesEach: (full - empty) / plan.connections,
    bytesEachAfter: (after - empty) / plan.connections,
    emptyBytes: empty,
    serverUtilisation: serverCpuSeconds / wallSeconds,
    signInsPerSecond: plan.connections / inAfter,
  })
}
