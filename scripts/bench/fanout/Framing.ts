// How a server lays version 1's frames into its bytes. One is used in a process, so that the calls are inlined.
import { randomBytes } from "node:crypto"

export type FramingName = "natter" | "websocket" | "socket.io"

export interface Framing {
  /** What is sent behind the connection, before anything else; undefined where nothing is. */
  readonly hello: ((host: string) => Buffer) | undefined
  /**
   * What the server answers to it: how many of these bytes that takes, with what is to be sent then. Undefined while
   * it is not complete.
   */
  readonly welcome: (bytes: Buffer) => { readonly taken: number; readonly reply?: Buffer } | undefined
  /** The bytes before the payload of the frame that begins at `at`; 0 while they are not complete. */
  readonly head: (bytes: Buffer, at: number, end: number) => number
  /** The length of that payload. */
  readonly size: (bytes: Buffer, at: number) => number
  /** In a payload of this length at `at`, what is before and behind the JSON; all of it, where there is none. */
  readonly before: (bytes: Buffer, at: number, length: number) => number
  readonly behind: number
  /** A payload that begins so says that frames may come now; without one they may from the start. */
  readonly ready?: string
  /** A payload that is no JSON, and what it is answered with. */
  readonly heartbeat?: { readonly payload: string; readonly answer: Buffer }
  readonly wrap: (type: string, json: string) => Buffer
}

const natter: Framing = {
  hello: undefined,
  welcome: () => ({ taken: 0 }),
  head: (_, at, end) => (end - at >= 4 ? 4 : 0),
  size: (bytes, at) => (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!,
  before: () => 0,
  behind: 0,
  wrap: (_, json) => {
    const bytes = Buffer.allocUnsafe(4 + json.length)
    bytes.writeUInt32BE(json.length, 0)
    bytes.write(json, 4, "latin1")
    return bytes
  },
}

/** A text frame from a client: masked, as the protocol wants it, by zeros, which leave the payload as it is. */
const text = (payload: string): Buffer => {
  const head =
    payload.length < 126 ? [0x81, 0x80 | payload.length] : [0x81, 0xfe, payload.length >> 8, payload.length & 255]
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), Buffer.from(payload, "latin1")])
}

const upgrade = (path: string) => (host: string) =>
  Buffer.from(
    [`GET ${path} HTTP/1.1`, `Host: ${host}`, "Upgrade: websocket", "Connection: Upgrade"]
      .concat(`Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`, "Sec-WebSocket-Version: 13", "", "")
      .join("\r\n"),
  )

const upgraded = (bytes: Buffer): number | undefined => {
  const end = bytes.indexOf("\r\n\r\n")
  if (end === -1) return undefined
  const head = bytes.toString("latin1", 0, end)
  if (!head.startsWith("HTTP/1.1 101")) throw new Error(`no WebSocket: ${head.slice(0, 200)}`)
  return end + 4
}

const websocket: Framing = {
  hello: upgrade("/ws"),
  welcome: (bytes) => {
    const taken = upgraded(bytes)
    return taken === undefined ? undefined : { taken }
  },
  // A server masks nothing.
  head: (bytes, at, end) => {
    if (end - at < 2) return 0
    const length = bytes[at + 1]!
    const head = length < 126 ? 2 : length === 126 ? 4 : 10
    return end - at < head ? 0 : head
  },
  size: (bytes, at) => {
    const length = bytes[at + 1]!
    return length < 126 ? length : length === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
  },
  before: () => 0,
  behind: 0,
  wrap: (_, json) => text(json),
}

/** `42["type",` before each frame, and `]` behind it: an event of the namespace `/`. */
const socketIo: Framing = {
  ...websocket,
  hello: upgrade("/socket.io/?EIO=4&transport=websocket"),
  welcome: (bytes) => {
    const upgradedAt = upgraded(bytes)
    return upgradedAt === undefined ? undefined : { taken: upgradedAt, reply: text("40") }
  },
  before: (bytes, at, length) => {
    const comma = bytes.indexOf(0x2c, at)
    return comma === -1 || comma >= at + length || bytes[at] !== 0x34 || bytes[at + 1] !== 0x32
      ? length
      : comma + 1 - at
  },
  behind: 1,
  ready: "40",
  heartbeat: { payload: "2", answer: text("3") },
  wrap: (type, json) => text(`42["${type}",${json}]`),
}

export const framings: Readonly<Record<FramingName, Framing>> = { natter, websocket, "socket.io": socketIo }
