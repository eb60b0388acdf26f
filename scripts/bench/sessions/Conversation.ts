// What the works of the load share: what it says, how it opens connections and asks, and how it takes measure.
import * as fs from "node:fs"
import { cpuSeconds } from "../ServerCpu.ts"
import { Peer } from "./Peer.ts"
import type { SessionEvent, SessionPlan } from "./Plan.ts"

export interface Frame {
  readonly type: string
  readonly [field: string]: unknown
}

const say = (event: SessionEvent): void => {
  fs.writeSync(1, `${JSON.stringify(event)}\n`)
}

export const progress = (text: string): void => say({ type: "Progress", text })

export const isHeld = (): void => say({ type: "Held" })

export const measured = (figures: Readonly<Record<string, number>>): never => {
  say({ type: "Measured", figures })
  process.exit(0)
}

export const fail = (reason: string): never => {
  say({ type: "Failed", reason })
  process.exit(1)
}

export const seconds = (duration: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, duration * 1000))

/** Fails where it takes longer. */
export const within = async <A>(limitSeconds: number, what: string, work: Promise<A>): Promise<A> => {
  const tooLate = setTimeout(() => fail(`${what}: not within ${limitSeconds} s`), limitSeconds * 1000)
  const result = await work
  clearTimeout(tooLate)
  return result
}

/** Does it for 0 to `count - 1`, so many at once. */
export const each = async (count: number, atOnce: number, work: (index: number) => Promise<void>): Promise<void> => {
  let next = 0
  const some = async (): Promise<void> => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, some))
}

/** Local ports last for so many connections to one address. */
const perAddress = 20_000

const pongTo = (ping: Frame) => ({ ...ping, type: "Pong" })

const decode = (bytes: Buffer, start: number, end: number): Frame => JSON.parse(bytes.toString("utf8", start, end))

export interface OpenOptions {
  readonly number?: number
  readonly onClose?: (peer: Peer, reason: string) => void
}

const lost = (_: Peer, reason: string): void => void fail(`a connection was lost: ${reason}`)

export const open = (
  { framing = "natter", host, port }: SessionPlan,
  { number = 0, onClose = lost }: OpenOptions = {},
): Peer => new Peer({ framing, host, port, address: Math.floor(number / perAddress), onFrame: unexpected, onClose })

const unexpected = (_: Peer, bytes: Buffer, start: number, end: number): void =>
  void fail(`got ${bytes.toString("utf8", start, Math.min(end, start + 200))}`)

/** Only answers pings, and passes over what else comes. */
export const listen = (peer: Peer): void => {
  peer.onFrame = (_, bytes, start, end) => {
    // `{"type":"Ping"`
    if (bytes[start + 9] !== 0x50 || bytes[start + 10] !== 0x69) return
    peer.send(pongTo(decode(bytes, start, end)))
  }
}

/** Sends a frame and waits for one of the type `answer`; events between them are passed over. */
export const ask = (peer: Peer, request: Frame, answer: string): Promise<Frame> =>
  new Promise((resolve) => {
    peer.onFrame = (_, bytes, start, end) => {
      const frame = decode(bytes, start, end)
      if (frame.type === answer) {
        listen(peer)
        resolve(frame)
      } else if (frame.type === "Ping") peer.send(pongTo(frame))
      else if (frame.type !== "Presence") fail(`${request.type}: ${JSON.stringify(frame).slice(0, 200)}`)
    }
    peer.send(request)
  })

export const connectFrame = { type: "Connect", client_id: "bench", version: "2.0", codecs: ["json"] }

/** Agrees on version 2 and signs in as a guest. */
export const enter = async (peer: Peer, username: string): Promise<void> => {
  await ask(peer, connectFrame, "Connect")
  await ask(peer, { type: "Login", username, password: "x" }, "LoggedIn")
}

export interface Holder {
  readonly name: string
  readonly token: string
}

export const tokensOf = ({ tokens = "" }: SessionPlan, count: number): ReadonlyArray<Holder> => {
  const lines = fs.readFileSync(tokens, "utf8").trimEnd().split("\n")
  if (lines.length < count) fail(`${count} tokens are needed, and there are ${lines.length}`)
  return lines.slice(0, count).map((line) => {
    const [name = "", token = ""] = line.split(" ")
    return { name, token }
  })
}

/** Time and CPU time from here on: of the server, and of this process. */
export const stopwatch = ({ serverPid }: Pick<SessionPlan, "serverPid">) => {
  const [wall, server, own] = [performance.now(), cpuSeconds(serverPid), process.cpuUsage()]
  return () => {
    const { system, user } = process.cpuUsage(own)
    return {
      wallSeconds: (performance.now() - wall) / 1000,
      serverCpuSeconds: cpuSeconds(serverPid) - server,
      loadCpuSeconds: (user + system) / 1e6,
    }
  }
}

/** How often something happened within a time: by wall time and by the server's CPU time. */
export const rates = (count: number, taken: ReturnType<ReturnType<typeof stopwatch>>) => ({
  count,
  perSecond: count / taken.wallSeconds,
  perCpuSecond: count / taken.serverCpuSeconds,
  serverUtilisation: taken.serverCpuSeconds / taken.wallSeconds,
  loadUtilisation: taken.loadCpuSeconds / taken.wallSeconds,
})
