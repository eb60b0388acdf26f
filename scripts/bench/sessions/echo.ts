import { memberName } from "../Message.ts"
import { each, enter, fail, measured, open, progress, rates, seconds, stopwatch, within } from "./Conversation.ts"
import type { Peer } from "./Peer.ts"
import type { EchoPlan, SessionPlan } from "./Plan.ts"

const first = 100_000_000
const text = `{"type":"Ping","sequence":${first}}`
/** Where the nine digits are, in `Ping` and in `Pong` alike; the type's last three letters tell the two apart. */
const digitsAt = text.length - 10
const pingFrame = Buffer.alloc(4 + text.length)
pingFrame.writeUInt32BE(text.length, 0)
pingFrame.write(text, 4, "latin1")

const numberAt = (bytes: Buffer, at: number): number => {
  let number = 0
  for (let index = at; index < at + 9; index++) number = number * 10 + (bytes[index]! & 15)
  return number
}

const pings = (from: number, count: number): Buffer => {
  const bytes = Buffer.allocUnsafe(pingFrame.length * count)
  for (let index = 0; index < count; index++) {
    const at = index * pingFrame.length
    pingFrame.copy(bytes, at)
    bytes.write(String(from + index), at + 4 + digitsAt, "latin1")
  }
  return bytes
}

/** `Ping` and `Pong`, so many under way on each connection; each answer must be that of its question. */
export const echo = async (plan: SessionPlan & EchoPlan): Promise<void> => {
  let answered = 0
  let pinging = true

  const begin = (peer: Peer): void => {
    let [asked, awaited] = [first, first]
    const ping = (): void => {
      const count = awaited + plan.inFlight - asked
      if (count === 0 || !pinging) return
      peer.write(pings(asked, count))
      asked += count
    }
    peer.onFrame = (_, bytes, start, end) => {
      if (bytes[start + 10] === 0x69) {
        // The server's own `Ping`: it comes to the silent, and nobody is.
        return void fail("the server pinged a connection that speaks")
      }
      if (end - start !== text.length || numberAt(bytes, start + digitsAt) !== awaited) {
        fail(`Ping ${awaited} was answered by ${bytes.toString("latin1", start, end)}`)
      }
      answered++
      awaited++
    }
    peer.afterRead = ping
    ping()
  }

  const peers: Array<Peer> = []
  await within(
    60,
    "signing in",
    each(plan.connections, 16, async (index) => {
      const peer = open(plan)
      await enter(peer, memberName(index))
      peers.push(peer)
    }),
  )
  for (const peer of peers) begin(peer)
  await seconds(plan.rampSeconds)
  progress("measuring")
  const [before, taken] = [answered, stopwatch(plan)]
  await seconds(plan.seconds)
  const figures = rates(answered - before, taken())
  pinging = false
  if (figures.count === 0) fail("nothing was answered in the measured time")
  measured(figures)
}
