// The load over a protocol, a process of its own: members that are in one channel, the first `senders` of which keep `inFlight`
// messages each under way; or members that are signed in and say nothing. As lean as the one for version 1 (`fanout/main.ts`),
// and it checks the same: every member gets every message once, and all in the same order.
//
// Started with a DoorPlan (JSON) as its one argument.
import * as fs from "node:fs"
import * as http2 from "node:http2"
import * as net from "node:net"
import type { LoadEvent } from "../fanout/Plan.ts"
import { senderAt, sequenceAt } from "../Message.ts"
import { cpuSeconds, residentBytes } from "../ServerCpu.ts"
import type { Door, DoorPlan } from "./Plan.ts"
import type { Heard, Wire } from "./Wire.ts"

const plan: DoorPlan = JSON.parse(process.argv[2] ?? "{}")
const { inFlight, members, senders } = plan

const wireOf = async (door: Door): Promise<Wire> => {
  switch (door.protocol) {
    case "mqtt":
      return (await import("./mqtt.ts")).mqtt(door)
    case "irc":
      return (await import("./irc.ts")).irc
    case "grpc":
      return (await import("./grpc.ts")).grpc
    case "natter":
      return (await import("./version2.ts")).version2
  }
}
const wire = await wireOf(plan.door)

const say = (event: LoadEvent | { readonly type: "Measured"; readonly figures: object }): void =>
  void fs.writeSync(1, `${JSON.stringify(event)}\n`)
const fail = (reason: string): never => {
  say({ type: "Failed", reason })
  process.exit(1)
}
process.stdin.on("end", () => process.exit(1)).resume()

let deliveries = 0
let reads = 0
let sending = false
const nextSequence = new Uint32Array(members * senders)
const orderHash = new Uint32Array(members).fill(0x811c9dc5)
const sentBy = new Uint32Array(senders)
/** When each of the latest messages of a sender left, in milliseconds. */
const remembered = 4096
const sentAt = new Float64Array(senders * remembered)
/** How long deliveries took, in steps of a hundredth of a millisecond, while it is measured. */
const took = new Uint32Array(1_000_000)
let isMeasuring = false

const delivered = (member: number, bytes: Buffer, mark: number, now: number): number => {
  const [sender, sequence] = [senderAt(bytes, mark), sequenceAt(bytes, mark)]
  const slot = member * senders + sender
  if (sender >= senders || nextSequence[slot] !== sequence) {
    fail(`member ${member} got message ${sequence} of sender ${sender} instead of ${nextSequence[slot]}`)
  }
  nextSequence[slot] = sequence + 1
  orderHash[member] = Math.imul(orderHash[member]! ^ Math.imul(sender + 1, 0x9e3779b1) ^ sequence, 0x01000193)
  deliveries++
  if (isMeasuring) {
    const millis = now - sentAt[sender * remembered + (sequence % remembered)]!
    took[Math.min(took.length - 1, Math.trunc(millis * 100))]!++
  }
  return sender
}

class Member implements Heard {
  readonly index: number
  readonly write: (bytes: Buffer) => void
  signedIn: () => void = () => {}
  joined: () => void = () => {}
  private rest: Buffer | undefined
  private own = 0
  private now = 0

  constructor(index: number, write: (bytes: Buffer) => void) {
    this.index = index
    this.write = write
  }

  readonly delivered = (bytes: Buffer, mark: number): void => {
    if (delivered(this.index, bytes, mark, this.now) === this.index) this.own++
  }

  readonly fail = (reason: string): never => fail(`member ${this.index}: ${reason}`)

  receive(piece: Buffer): void {
    reads++
    this.now = performance.now()
    const bytes = this.rest === undefined ? piece : Buffer.concat([this.rest, piece])
    let at = 0
    for (let end = wire.endOf(bytes, 0); end !== 0; end = wire.endOf(bytes, at)) {
      wire.take(bytes, at, end, this)
      at = end
    }
    // A copy: the buffer belongs to the next read.
    this.rest = at === bytes.length ? undefined : Buffer.from(bytes.subarray(at))
    wire.afterRead?.(this)
    const { own } = this
    this.own = 0
    if (own > 0 && sending) this.send(own)
  }

  send(count: number): void {
    const now = performance.now()
    const frames: Array<Buffer> = []
    for (let n = 0; n < count; n++) {
      const sequence = sentBy[this.index]!++
      sentAt[this.index * remembered + (sequence % remembered)] = now
      frames.push(wire.publish(this.index, sequence))
    }
    this.write(frames.length === 1 ? frames[0]! : Buffer.concat(frames))
  }
}

// One buffer for all: its content is used up before the next connection is read.
const shared = Buffer.allocUnsafe(256 * 1024)

const openSocket = (index: number): Member => {
  const socket = net.connect({
    host: plan.host,
    port: plan.port,
    noDelay: true,
    onread: {
      buffer: shared,
      callback: (size) => {
        member.receive(shared.subarray(0, size))
        return true
      },
    },
  })
  const member = new Member(index, (bytes) => void socket.write(bytes))
  socket.on("error", ({ message }) => member.fail(message))
  socket.on("close", () => member.fail("closed by the server"))
  return member
}

/** Each has a connection of its own, as clients in different places have. */
const openStream = (index: number): Member => {
  const session = http2.connect(`http://${plan.host}:${plan.port}`)
  const stream = session.request({
    ":method": "POST",
    ":path": "/natter.v1.Chat/Session",
    "content-type": "application/grpc",
    te: "trailers",
  })
  const member = new Member(index, (bytes) => void stream.write(bytes))
  session.on("error", ({ message }) => member.fail(message))
  stream.on("error", ({ message }: Error) => member.fail(message))
  stream.on("close", () => member.fail("ended by the server"))
  stream.on("data", (bytes: Buffer) => member.receive(bytes))
  return member
}

const signIn = (index: number): Promise<Member> =>
  new Promise((resolve) => {
    const member = wire.isStream === true ? openStream(index) : openSocket(index)
    member.signedIn = () => resolve(member)
    member.write(wire.signIn(index))
  })

const join = (member: Member): Promise<void> =>
  new Promise((resolve) => {
    member.joined = resolve
    member.write(wire.join)
  })

const seconds = (duration: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, duration * 1000))

const snapshot = () => {
  const own = process.cpuUsage()
  return {
    deliveries,
    reads,
    wall: performance.now(),
    server: cpuSeconds(plan.serverPid),
    load: (own.user + own.system) / 1e6,
  }
}

const watch = async (phase: "ramp" | "steady", duration: number): Promise<void> => {
  for (let rest = duration; rest > 0; rest--) {
    const [before, step] = [deliveries, Math.min(1, rest)]
    await seconds(step)
    say({ type: "Progress", phase, deliveriesPerSecond: (deliveries - before) / step })
  }
}

/** The time within which 99 of 100 deliveries came, in milliseconds. */
const p99 = (): number => {
  let left = took.reduce((sum, count) => sum + count, 0) * 0.01
  let at = took.length - 1
  while (at > 0 && (left -= took[at]!) > 0) at--
  return (at + 1) / 100
}

const talk = async (): Promise<void> => {
  const all: Array<Member> = []
  for (let index = 0; index < members; index++) {
    const member = await signIn(index)
    await join(member)
    all.push(member)
  }
  sending = true
  for (const member of all.slice(0, senders)) member.send(inFlight)
  await watch("ramp", plan.rampSeconds)
  const before = snapshot()
  isMeasuring = true
  await watch("steady", plan.seconds)
  isMeasuring = false
  const after = snapshot()
  sending = false
  const expected = () => sentBy.reduce((sum, sent) => sum + sent, 0) * members
  for (let waited = 0; deliveries < expected() && waited < 10; waited += 0.1) await seconds(0.1)
  await seconds(0.3)
  if (deliveries !== expected()) fail(`${deliveries} deliveries instead of ${expected()}`)
  if (orderHash.some((hash) => hash !== orderHash[0])) fail("members got the messages in different orders")
  say({
    type: "Measured",
    figures: {
      deliveries: after.deliveries - before.deliveries,
      wallSeconds: (after.wall - before.wall) / 1000,
      serverCpuSeconds: after.server - before.server,
      loadCpuSeconds: after.load - before.load,
      reads: after.reads - before.reads,
      p99Millis: p99(),
    },
    messagesChecked: expected() / members,
  })
}

/** So many are in before it is measured what others take: what is loaded for the first of them is none of theirs. */
const first = 50
const atOnce = 32

const idle = async (): Promise<void> => {
  let index = 0
  const signInUpTo = async (count: number): Promise<void> => {
    const some = async (): Promise<void> => {
      while (index < count) await signIn(index++)
    }
    await Promise.all(Array.from({ length: atOnce }, some))
    await seconds(plan.rampSeconds)
  }
  await signInUpTo(first)
  const before = residentBytes(plan.serverPid)
  await signInUpTo(first + members)
  const after = residentBytes(plan.serverPid)
  say({ type: "Measured", figures: { bytesEach: (after - before) / members } })
}

await (plan.work === "talk" ? talk() : idle()).catch((error: unknown) => fail(String(error)))
process.exit(0)
