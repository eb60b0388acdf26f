// Version 2 on bare Node, as far as the benchmarks speak it: sign in, join, leave, ping, and publish. The frames have the
// fields that the service's have. How what was said in a turn of the event loop reaches the members is passed in.
//
// Left out on purpose, since a limit should be a limit: validation, accounts, rate limits, heartbeats, presence,
// history, bounds on what is queued for a slow member.
import { readFileSync } from "node:fs"
import type * as net from "node:net"
import { argument, encode, listen, onFrames } from "./Bare.ts"

interface ClientFrame {
  readonly type: string
  readonly ref?: number
  readonly [field: string]: unknown
}

/** By socket, the names of those in a channel. */
type Members = ReadonlyMap<net.Socket, string>

/** Gives encoded frames to all members. */
export type Flush = (frames: ReadonlyArray<Buffer>, members: Members) => void

interface Channel {
  readonly name: string
  readonly members: Map<net.Socket, string>
  seq: number
  /** What was said in this turn of the event loop. */
  frames: Array<Buffer>
}

/** What a socket's user is, on the socket itself: a bare server keeps no more than it must. */
interface Session {
  name: string | undefined
  channel: Channel | undefined
}

const names = new Map(
  (argument("tokens", "") === "" ? "" : readFileSync(argument("tokens", ""), "utf8"))
    .split("\n")
    .map((line) => [line.split(" ")[1], line.split(" ")[0]]),
)
const channels = new Map<string, Channel>()
let sessions = 0
let flush: Flush

const channelOf = (name: string): Channel => {
  const found = channels.get(name)
  if (found !== undefined) return found
  const channel: Channel = { name, members: new Map(), seq: 0, frames: [] }
  channels.set(name, channel)
  return channel
}

const signedIn = (socket: net.Socket, session: Session, ref: number | undefined, name: string): void => {
  session.name = name
  socket.write(
    encode({
      type: "LoggedIn",
      ref,
      user_id: `user:${name}`,
      username: name,
      role: "member",
      session: `s${sessions++}`,
    }),
  )
}

const joined = ({ members, name, seq }: Channel, ref: number | undefined) => ({
  type: "Joined",
  ref,
  channel: name,
  topic: "",
  seq,
  count: members.size,
  members: Array.from(members.values(), (username) => ({ username, status: "online" })),
  presence: 1,
})

const flushed = (channel: Channel): void => {
  const { frames, members } = channel
  channel.frames = []
  flush(frames, members)
}

const publish = (socket: net.Socket, channel: Channel, from: string, { content, id, ref }: ClientFrame): void => {
  const { name } = channel
  const [seq, timestamp] = [++channel.seq, Date.now()]
  const message = { type: "Message", channel: name, seq, id, from, content, timestamp }
  // `setImmediate` runs after every socket that is readable in this turn has been read.
  if (channel.frames.push(encode(message)) === 1) setImmediate(flushed, channel)
  socket.write(encode({ type: "Published", ref, channel: name, id, seq, timestamp, durability: "memory" }))
}

const handle = (socket: net.Socket, session: Session, frame: ClientFrame): void => {
  const { ref, type } = frame
  switch (type) {
    case "Ping":
      return void socket.write(encode({ type: "Pong", sequence: frame["sequence"] }))
    case "Publish":
      if (session.channel === undefined || session.name === undefined) return void socket.destroy()
      return publish(socket, session.channel, session.name, frame)
    case "Connect":
      return void socket.write(
        encode({
          type,
          client_id: frame["client_id"],
          version: "2.0",
          codec: "json",
          compression: null,
          capabilities: [],
          max_frame_bytes: 65_536,
          ping_after: 25_000,
          pong_within: 10_000,
        }),
      )
    case "Login":
      return signedIn(socket, session, ref, String(frame["username"]))
    case "Authenticate": {
      const name = names.get(String(frame["token"]))
      return name === undefined ? void socket.destroy() : signedIn(socket, session, ref, name)
    }
    case "Join": {
      if (session.name === undefined) return void socket.destroy()
      const channel = channelOf(String(frame["channel"]))
      session.channel = channel
      channel.members.set(socket, session.name)
      return void socket.write(encode(joined(channel, ref)))
    }
    case "Leave":
      session.channel?.members.delete(socket)
      session.channel = undefined
      return void socket.write(encode({ type: "Left", ref, channel: frame["channel"] }))
    default:
      socket.destroy()
  }
}

/** Listens until SIGTERM or SIGINT. `--tokens` names a file with a name and its token in each line. */
export const serve = (given: Flush): void => {
  flush = given
  listen((socket) => {
    const session: Session = { name: undefined, channel: undefined }
    onFrames(socket, (frame: ClientFrame) => handle(socket, session, frame))
    socket.on("close", () => session.channel?.members.delete(socket))
  })
}
