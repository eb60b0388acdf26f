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

/** `Ping` and `Pong`, one under way on each connection; each answer must be that of its question. */
export const echo = async (plan: SessionPlan & EchoPlan): Promise<void> => {
  let answered = 0
  let pinging = true

  const begin = (peer: Peer): void => {
    let sequence = first
    const frame = Buffer.from(pingFrame)
    const ping = (): void => {
      frame.write(String(sequence), 4 + digitsAt, "latin1")
      // A copy: a write may be under way when the next is made.
      peer.write(Buffer.from(frame))
    }
    peer.onFrame = (_, bytes, start, end) => {
      if (bytes[start + 10] === 0x69) {
        // The server's own `Ping`: it comes to the silent, and nobody is.
        return void fail("the server pinged a connection that speaks")
      }
      if (end - start !== text.length || numberAt(bytes, start + digitsAt) !== sequence) {
        fail(`Ping ${sequence} was answered by ${bytes.toString("latin1", start, end)}`)
      }
      answered++
      sequence++
      if (pinging) ping()
    }
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
