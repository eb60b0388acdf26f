// The load of the fan-out benchmark, a process of its own: version 1 members on one event loop, the first `senders` of
// which keep `inFlight` messages each under way. Bare Node and lean, so that the server stays what is measured: all
// connections read into one buffer, and a delivery is counted and checked by looking at ten bytes of it. Only one
// delivery in 1024 is decoded as JSON and compared as a whole.
//
// Started with a LoadPlan (JSON) as its one argument; says LoadEvents, one line of JSON each, on stdout; ends by
// itself, and when its stdin ends (so that it never outlives whoever started it).
import * as fs from "node:fs"
import * as net from "node:net"
import {
  contentOf,
  looksDelivered,
  markOffset,
  memberName,
  senderAt,
  sentFrame,
  sentFrames,
  sequenceAt,
  sequenceLimit,
} from "../Message.ts"
import { framings } from "./Framing.ts"
import type { LoadEvent, LoadPlan } from "./Plan.ts"

const plan: LoadPlan = JSON.parse(process.argv[2] ?? "{}")
const { inFlight, members, senders } = plan
const framing = framings[plan.framing]

const encode = (frame: { readonly type: string }): Buffer => framing.wrap(frame.type, JSON.stringify(frame))
const template = encode(sentFrame)

const joinLimitSeconds = 60
const drainLimitSeconds = 10
const stallLimitSeconds = 3
const joinsAtOnce = 16
const sampleEvery = 1024

const say = (event: LoadEvent): void => {
  fs.writeSync(1, `${JSON.stringify(event)}\n`)
}

const fail = (reason: string): never => {
  say({ type: "Failed", reason })
  process.exit(1)
}

process.stdin.on("end", () => process.exit(1)).resume()

// ---------------------------------------------------------------------------------------------------------------
// What is counted

let deliveries = 0
let reads = 0
/** Pings: they come at any time, so they say nothing about whether the server is at rest. */
let pings = 0
let sending = false

/** By member and sender: the number that the next message from this sender must have. Finds losses and doubles. */
const nextSequence = new Uint32Array(members * senders)
/** By member: a running hash of all messages in the order in which they came. Equal hashes are equal orders. */
const orderHash = new Uint32Array(members).fill(0x811c9dc5)
/** By sender: how many it has sent. */
const sentBy = new Uint32Array(senders)

const countDelivery = (member: number, sender: number, sequence: number): void => {
  const slot = member * senders + sender
  if (sender >= senders || nextSequence[slot] !== sequence) {
    fail(
      sender >= senders
        ? `member ${member} got a message of sender ${sender}, whom nobody knows`
        : `member ${member} got message ${sequence} of sender ${sender} instead of ${nextSequence[slot]}`,
    )
  }
  nextSequence[slot] = sequence + 1
  orderHash[member] = Math.imul(orderHash[member]! ^ Math.imul(sender + 1, 0x9e3779b1) ^ sequence, 0x01000193)
  deliveries++
}

// ---------------------------------------------------------------------------------------------------------------
// Members

interface Member {
  readonly index: number
  readonly socket: net.Socket
  /** The beginning of a frame whose end has not come yet. */
  rest: Buffer | undefined
  /** Whether the server has said that frames follow. */
  welcome: boolean
  /** Called with what is not a delivery, until the member is in. */
  joining:
    | ((frame: { readonly type: string; readonly success?: boolean; readonly message?: string }) => void)
    | undefined
}

const send = (member: Member, count: number): void => {
  const first = sentBy[member.index]!
  if (first + count > sequenceLimit) fail("out of message numbers: measure for a shorter time")
  sentBy[member.index] = first + count
  member.socket.write(sentFrames(template, member.index, first, count))
}

/** A frame that is not, or doesn't look like, a delivery. */
const handleOther = (member: Member, bytes: Buffer, at: number, length: number): boolean => {
  const json = bytes.toString("latin1", at, at + length)
  // By far the most while members join, and of no interest.
  if (json.startsWith(`{"type":"UserJoined"`)) return false
  const frame = JSON.parse(json)
  if (frame.type === "ChatMessage") {
    const content = Buffer.from(String(frame.content))
    const sender = senderAt(content, 0)
    const sequence = sequenceAt(content, 0)
    if (frame.content !== contentOf(sender, sequence) || frame.from !== memberName(sender) || frame.timestamp < 1e9) {
      fail(`member ${member.index} got a message that nobody sent: ${json}`)
    }
    countDelivery(member.index, sender, sequence)
    return sender === member.index
  }
  if (frame.type === "Ping") {
    pings++
    member.socket.write(encode({ ...frame, type: "Pong" }))
  } else if (member.joining !== undefined) member.joining(frame)
  else fail(`member ${member.index} got ${json.slice(0, 200)}`)
  return false
}

const logIn = ({ index, socket }: Member): void => {
  socket.write(encode({ type: "Login", username: memberName(index), password: "x" } as { readonly type: string }))
}

/** How much of the bytes was no frame yet. */
const greet = (member: Member, bytes: Buffer): number => {
  const welcome = framing.welcome(bytes)
  if (welcome === undefined) return 0
  member.welcome = true
  if (welcome.reply !== undefined) member.socket.write(welcome.reply)
  if (framing.ready === undefined) logIn(member)
  return welcome.taken
}

/** What carries no frame, of those that wrap them once more. */
const handleBare = (member: Member, payload: string): void => {
  if (payload === framing.heartbeat?.payload) {
    pings++
    member.socket.write(framing.heartbeat.answer)
  } else if (framing.ready !== undefined && payload.startsWith(framing.ready)) logIn(member)
}

const receive = (member: Member, bytes: Buffer): void => {
  const end = bytes.length
  let at = member.welcome ? 0 : greet(member, bytes)
  let own = 0
  while (member.welcome) {
    const head = framing.head(bytes, at, end)
    if (head === 0) break
    const size = framing.size(bytes, at)
    const next = at + head + size
    if (next > end) break
    const before = framing.before(bytes, at + head, size)
    const start = at + head + before
    const length = size - before - framing.behind
    if (looksDelivered(bytes, start, length) && deliveries % sampleEvery !== 0) {
      const sender = senderAt(bytes, start + markOffset)
      countDelivery(member.index, sender, sequenceAt(bytes, start + markOffset))
      if (sender === member.index) own++
    } else if (before === size && size > 0) handleBare(member, bytes.toString("latin1", at + head, next))
    else if (handleOther(member, bytes, start, length)) own++
    at = next
  }
  // A copy: the buffer belongs to the next read.
  member.rest = at === end ? undefined : Buffer.from(bytes.subarray(at))
  if (own > 0 && sending) send(member, own)
}

// One buffer for all: its content is used up before the next connection is read.
const shared = Buffer.allocUnsafe(256 * 1024)

const join = (index: number): Promise<Member> =>
  new Promise((resolve) => {
    const socket = net.connect({
      host: plan.host,
      port: plan.port,
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (size) => {
          reads++
          const bytes = shared.subarray(0, size)
          receive(member, member.rest === undefined ? bytes : Buffer.concat([member.rest, bytes]))
          return true
        },
      },
    })
    let accepted = false
    const member: Member = {
      index,
      socket,
      rest: undefined,
      welcome: false,
      joining: (frame) => {
        if (frame.type === "LoginResponse" && frame.success === true) accepted = true
        else if (frame.type === "UserList" && accepted) {
          member.joining = undefined
          resolve(member)
        } else fail(`member ${index} could not log in: ${JSON.stringify(frame).slice(0, 200)}`)
      },
    }
    socket.on("error", (error) => fail(`member ${index}: ${error.message}`))
    socket.on("close", () => fail(`member ${index} was closed by the server`))
    if (framing.hello === undefined) greet(member, shared.subarray(0, 0))
    else socket.write(framing.hello(`${plan.host}:${plan.port}`))
  })

const joinAll = async (): Promise<Array<Member>> => {
  const joined: Array<Member> = []
  let next = 0
  const joinSome = async (): Promise<void> => {
    while (next < members) {
      const index = next++
      joined[index] = await join(index)
    }
  }
  await Promise.all(Array.from({ length: joinsAtOnce }, joinSome))
  return joined
}

// ---------------------------------------------------------------------------------------------------------------
// The run

const seconds = (duration: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, duration * 1000))

/** Waits until nothing has come for a fifth of a second. */
const quiet = async (limitSeconds: number): Promise<boolean> => {
  for (let waited = 0; waited < limitSeconds; waited += 0.2) {
    const before = reads - pings
    await seconds(0.2)
    if (reads - pings === before) return true
  }
  return false
}

const serverTicks = (): number => {
  const stat = fs.readFileSync(`/proc/${plan.serverPid}/stat`, "latin1")
  // The name of the program, in brackets, may hold anything. After it: state is field 3, utime 14, stime 15.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return Number(fields[11]) + Number(fields[12])
}
// USER_HZ, by which Linux counts in /proc: 100 on every platform that Node runs on.
const ticksPerSecond = 100

const snapshot = () => {
  const own = process.cpuUsage()
  return {
    deliveries,
    reads,
    wall: process.hrtime.bigint(),
    server: serverTicks() / ticksPerSecond,
    load: (own.user + own.system) / 1e6,
  }
}

/** Says about every second how it goes, and gives up when nothing goes for longer than a busy machine explains. */
const watch = async (phase: "ramp" | "steady", duration: number): Promise<void> => {
  const started = performance.now()
  const steps = Math.ceil(duration)
  let moved = started
  for (let step = 1; step <= steps; step++) {
    const before = deliveries
    const from = performance.now()
    await seconds(Math.max(0, (duration * step) / steps - (from - started) / 1000))
    const now = performance.now()
    if (deliveries > before) moved = now
    if (now - moved > stallLimitSeconds * 1000) {
      // Names what is missing, where something is.
      check()
      fail(`nothing was delivered for ${stallLimitSeconds} s`)
    }
    say({ type: "Progress", phase, deliveriesPerSecond: ((deliveries - before) * 1000) / (now - from) })
  }
}

const expected = (): number => sentBy.reduce((sum, sent) => sum + sent, 0) * members

/** Waits for all that is under way, however slow the server is, as long as it goes on. */
const arrived = async (): Promise<void> => {
  let [before, moved] = [deliveries, performance.now()]
  while (deliveries < expected() && performance.now() - moved < stallLimitSeconds * 1000) {
    await seconds(0.02)
    if (deliveries > before) [before, moved] = [deliveries, performance.now()]
  }
}

const check = (): number => {
  const messages = sentBy.reduce((sum, sent) => sum + sent, 0)
  for (let member = 0; member < members; member++) {
    for (let sender = 0; sender < senders; sender++) {
      const got = nextSequence[member * senders + sender]!
      if (got !== sentBy[sender]) fail(`member ${member} got ${got} of ${sentBy[sender]} messages of sender ${sender}`)
    }
    if (orderHash[member] !== orderHash[0]) fail(`members 0 and ${member} got the messages in different orders`)
  }
  return messages
}

const run = async (): Promise<void> => {
  const started = performance.now()
  const tooSlow = setTimeout(() => fail(`not all members were in after ${joinLimitSeconds} s`), joinLimitSeconds * 1000)
  const all = await joinAll()
  clearTimeout(tooSlow)
  // The later members are still being announced to the earlier ones.
  if (!(await quiet(joinLimitSeconds))) fail("the server did not come to rest after all members were in")
  say({ type: "Joined", seconds: (performance.now() - started) / 1000 - 0.2 })

  sending = true
  for (const member of all.slice(0, senders)) send(member, inFlight)
  await watch("ramp", plan.rampSeconds)
  const before = snapshot()
  await watch("steady", plan.seconds)
  const after = snapshot()
  sending = false
  await arrived()
  // Also waits for what should not come: messages delivered twice.
  if (!(await quiet(drainLimitSeconds))) fail(`still receiving ${drainLimitSeconds} s after the last message was sent`)
  const messagesChecked = check()
  if (after.deliveries === before.deliveries) fail("nothing was delivered in the measured time")
  say({
    type: "Measured",
    figures: {
      deliveries: after.deliveries - before.deliveries,
      wallSeconds: Number(after.wall - before.wall) / 1e9,
      serverCpuSeconds: after.server - before.server,
      loadCpuSeconds: after.load - before.load,
      reads: after.reads - before.reads,
    },
    messagesChecked,
  })
  process.exit(0)
}

run().catch((error: unknown) => fail(String(error)))
