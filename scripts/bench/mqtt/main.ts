// The load of the fan-out benchmark over MQTT, a process of its own: members that subscribe to one topic, the first `senders` of
// which keep `inFlight` messages each under way. As lean as the one for Natter's own protocol (`fanout/main.ts`), and it checks the
// same: every member gets every message once, and all in the same order.
//
// Started with a LoadPlan (JSON) as its one argument, of which `mqtt` says how it is spoken.
import * as fs from "node:fs"
import * as net from "node:net"
import type { LoadEvent, LoadPlan } from "../fanout/Plan.ts"
import { contentBytes, contentOf, memberName, senderAt, sequenceAt } from "../Message.ts"

const plan: LoadPlan = JSON.parse(process.argv[2] ?? "{}")
const { inFlight, members, senders } = plan
const { qos, version } = plan.mqtt ?? { qos: 0, version: 4 }
const topic = Buffer.from("natter/bench")

const say = (event: LoadEvent): void => void fs.writeSync(1, `${JSON.stringify(event)}\n`)
const fail = (reason: string): never => {
  say({ type: "Failed", reason })
  process.exit(1)
}
process.stdin.on("end", () => process.exit(1)).resume()

const text = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}
const packet = (first: number, ...parts: ReadonlyArray<Buffer>): Buffer => {
  const body = Buffer.concat(parts)
  const length = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7]
  return Buffer.concat([Buffer.from([first, ...length]), body])
}
const noProperties = Buffer.alloc(version === 5 ? 1 : 0)

const connect = (index: number): Buffer =>
  packet(
    0x10,
    text("MQTT"),
    Buffer.from([version, 0xc2, 0, 0]),
    noProperties,
    text(`c${index}`),
    text(memberName(index)),
    text("x"),
  )
const subscribe = packet(0x82, Buffer.from([0, 1]), noProperties, text(topic), Buffer.from([qos]))
const publish = (sender: number, sequence: number): Buffer => {
  const id = (sequence % 60_000) + 1
  return packet(
    0x30 | (qos << 1),
    text(topic),
    Buffer.from(qos === 0 ? [] : [id >> 8, id & 255]),
    noProperties,
    Buffer.from(contentOf(sender, sequence)),
  )
}

let deliveries = 0
let reads = 0
let sending = false
const nextSequence = new Uint32Array(members * senders)
const orderHash = new Uint32Array(members).fill(0x811c9dc5)
const sentBy = new Uint32Array(senders)
/** When each of the latest messages of a sender left, in milliseconds. */
const remembered = 4096
const sentAt = new Float64Array(senders * remembered)
/** How long deliveries took, in steps of a tenth of a millisecond, while it is measured. */
const took = new Uint32Array(100_000)
let isMeasuring = false

interface Member {
  readonly index: number
  readonly socket: net.Socket
  rest: Buffer | undefined
  joined: (() => void) | undefined
}

const send = ({ index, socket }: Member, count: number): void => {
  const now = performance.now()
  const frames: Array<Buffer> = []
  for (let n = 0; n < count; n++) {
    const sequence = sentBy[index]!++
    sentAt[index * remembered + (sequence % remembered)] = now
    frames.push(publish(index, sequence))
  }
  socket.write(frames.length === 1 ? frames[0]! : Buffer.concat(frames))
}

const delivered = (member: number, bytes: Buffer, at: number, now: number): number => {
  const [sender, sequence] = [senderAt(bytes, at), sequenceAt(bytes, at)]
  const slot = member * senders + sender
  if (sender >= senders || nextSequence[slot] !== sequence) {
    fail(`member ${member} got message ${sequence} of sender ${sender} instead of ${nextSequence[slot]}`)
  }
  nextSequence[slot] = sequence + 1
  orderHash[member] = Math.imul(orderHash[member]! ^ Math.imul(sender + 1, 0x9e3779b1) ^ sequence, 0x01000193)
  deliveries++
  if (isMeasuring) {
    const millis = now - sentAt[sender * remembered + (sequence % remembered)]!
    took[Math.min(took.length - 1, Math.trunc(millis * 10))]!++
  }
  return sender
}

const receive = (member: Member, bytes: Buffer): void => {
  const { index, socket } = member
  const now = performance.now()
  const acknowledgements: Array<number> = []
  let [at, own] = [0, 0]
  while (at + 2 <= bytes.length) {
    let [length, head] = [bytes[at + 1]! & 127, 2]
    if (bytes[at + 1]! >= 128) {
      if (at + 3 > bytes.length) break
      length += bytes[at + 2]! << 7
      head = 3
    }
    const end = at + head + length
    if (end > bytes.length) break
    const type = bytes[at]! >> 4
    if (type === 3) {
      const ackAt = at + head + 2 + topic.length
      if (bytes[at]! & 6) acknowledgements.push(0x40, 2, bytes[ackAt]!, bytes[ackAt + 1]!)
      if (delivered(index, bytes, end - contentBytes, now) === index) own++
    } else if (type === 2) {
      if (bytes[at + head + 1] !== 0) fail(`member ${index} was refused: ${bytes[at + head + 1]}`)
      socket.write(subscribe)
    } else if (type === 9) {
      if (bytes[end - 1] !== qos) fail(`member ${index} was not granted QoS ${qos}: ${bytes[end - 1]}`)
      member.joined?.()
    } else if (type !== 4) fail(`member ${index} got a packet of type ${type}`)
    at = end
  }
  member.rest = at === bytes.length ? undefined : Buffer.from(bytes.subarray(at))
  if (acknowledgements.length > 0) socket.write(Buffer.from(acknowledgements))
  if (own > 0 && sending) send(member, own)
}

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
    const member: Member = { index, socket, rest: undefined, joined: () => resolve(member) }
    socket.on("error", (error) => fail(`member ${index}: ${error.message}`))
    socket.on("close", () => fail(`member ${index} was closed by the server`))
    socket.write(connect(index))
  })

const seconds = (duration: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, duration * 1000))

const serverSeconds = (): number => {
  const stat = fs.readFileSync(`/proc/${plan.serverPid}/stat`, "latin1")
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  // In hundredths of a second, as Linux counts.
  return (Number(fields[11]) + Number(fields[12])) / 100
}

const snapshot = () => {
  const own = process.cpuUsage()
  return { deliveries, reads, wall: performance.now(), server: serverSeconds(), load: (own.user + own.system) / 1e6 }
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
  return (at + 1) / 10
}

const run = async (): Promise<void> => {
  const all: Array<Member> = []
  for (let index = 0; index < members; index++) all.push(await join(index))
  sending = true
  for (const member of all.slice(0, senders)) send(member, inFlight)
  await watch("ramp", plan.rampSeconds)
  const before = snapshot()
  isMeasuring = true
  await watch("steady", plan.seconds)
  isMeasuring = false
  const after = snapshot()
  sending = false
  const expected = sentBy.reduce((sum, sent) => sum + sent, 0) * members
  for (let waited = 0; deliveries < expected && waited < 10; waited += 0.1) await seconds(0.1)
  await seconds(0.3)
  if (deliveries !== expected) fail(`${deliveries} deliveries instead of ${expected}`)
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
    messagesChecked: expected / members,
  })
  process.exit(0)
}

run().catch((error: unknown) => fail(String(error)))
