import { memberName } from "../Message.ts"
import {
  ask,
  connectFrame,
  each,
  fail,
  type Frame,
  listen,
  measured,
  open,
  progress,
  seconds,
  stopwatch,
  tokensOf,
  within,
} from "./Conversation.ts"
import type { Peer } from "./Peer.ts"
import type { SessionPlan, StormPlan } from "./Plan.ts"

const channel = "lobby"
const limitSeconds = 180
/** So many passwords are not hashed at once: who is turned away comes again. */
const againMillis = 1000

/**
 * Connections are open, and the version agreed on, before it begins: what is measured is signing in and entering.
 * Over when everybody is in and has the list, and, apart from that, when everybody knows of everybody.
 */
export const storm = async (plan: SessionPlan & StormPlan): Promise<void> => {
  const peers: Array<Peer> = []
  await within(
    60,
    "connecting",
    each(plan.members, 64, async (index) => {
      const peer = open(plan)
      peers[index] = peer
      await (plan.by === "token"
        ? ask(peer, connectFrame, "Connect")
        : ask(peer, { type: "Connect", client_id: "bench", version: "1.0" }, "Connect"))
    }),
  )
  progress("all are connected")

  let frames = 0
  let bytesRead = 0
  let latest = 0
  const know = new Uint32Array(plan.members)
  const tokens = plan.by === "token" ? tokensOf(plan, plan.members) : []
  const taken = stopwatch(plan)
  const started = performance.now()

  const logIn = (peer: Peer, index: number): void => {
    const username = plan.by === "guest" ? `guest-${index}` : memberName(index)
    peer.send({ type: "Login", username, password: "x" })
  }

  const entered = (index: number, peer: Peer): Promise<void> =>
    new Promise((resolve) => {
      peer.onFrame = (_, bytes, start, end) => {
        frames++
        bytesRead += end - start
        latest = performance.now()
        // Most of version 1's storm is this, and decoding it would be most of the load's work.
        if (bytes[start + 9] === 0x55 && bytes[start + 13] === 0x4a) return void know[index]!++
        const frame: Frame = JSON.parse(bytes.toString("utf8", start, end))
        switch (frame.type) {
          case "LoginResponse":
            if (frame["success"] === true) return
            if (plan.by === "guest") fail(JSON.stringify(frame))
            return void setTimeout(() => logIn(peer, index), againMillis)
          case "LoggedIn":
            return
          case "UserList":
            know[index]! += (frame["users"] as ReadonlyArray<string>).length
            return resolve()
          case "Joined":
            know[index] = Number(frame["count"])
            return resolve()
          case "Presence":
            know[index] = Number(frame["count"])
            return
          case "Ping":
            return peer.send({ ...frame, type: "Pong" })
          default:
            return void fail(`got ${JSON.stringify(frame).slice(0, 200)}`)
        }
      }
    })

  const all = peers.map((peer, index) => entered(index, peer))
  for (const [index, peer] of peers.entries()) {
    if (plan.by !== "token") logIn(peer, index)
    else {
      peer.send({ type: "Authenticate", token: tokens[index]!.token })
      peer.send({ type: "Join", channel })
    }
  }
  await within(limitSeconds, "entering", Promise.all(all))
  const entry = taken()
  progress(`all are in after ${entry.wallSeconds.toFixed(2)} s`)

  const knowsAll = (count: number): boolean => count === plan.members
  while (!know.every(knowsAll)) {
    if (performance.now() - started > limitSeconds * 1000) {
      const unaware = know.findIndex((count) => !knowsAll(count))
      fail(`member ${unaware} knows of ${know[unaware]} of ${plan.members} after ${limitSeconds} s`)
    }
    await seconds(0.05)
  }
  const toldSeconds = (latest - started) / 1000
  const told = taken()
  // Also waits for what should not come.
  await seconds(0.2)
  const mistaken = know.findIndex((count) => !knowsAll(count))
  if (mistaken !== -1) fail(`member ${mistaken} knows of ${know[mistaken]} of ${plan.members}`)
  for (const peer of peers) listen(peer)
  measured({
    perSecond: plan.members / entry.wallSeconds,
    perCpuSecond: plan.members / told.serverCpuSeconds,
    toldPerSecond: plan.members / toldSeconds,
    framesEach: frames / plan.members,
    bytesEach: bytesRead / plan.members,
  })
}
