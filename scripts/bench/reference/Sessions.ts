// Version 2 on bare Node, as far as the benchmarks speak it: sign in, join, leave, ping, and publish, which is answered.
// The frames have the fields that the service's have. What is answered to one read leaves in one write. How what was said
// in a turn of the event loop reaches the members is passed in, and so is where it is stored before.
//
// Left out on purpose, since a limit should be a limit: validation, accounts, rate limits, heartbeats, presence, bounds
// on what is queued for a slow member.
import { readFileSync } from "node:fs"
import type * as net from "node:net"
import { argument, encode, listen, onFrames, whole } from "./Bare.ts"

interface ClientFrame {
  readonly type: string
  readonly ref?: number
  readonly [field: string]: unknown
}

/** By socket, the names of those in a channel. */
type Members = ReadonlyMap<net.Socket, string>

/** A message as it is stored. */
export interface StoredMessage {
  readonly channel: string
  readonly seq: number
  readonly id: string
  readonly from: string
  readonly timestamp: number
  readonly content: string
}

/** What was said in a channel in one turn of the event loop. */
export interface Turn {
  readonly members: Members
  /** The messages, encoded, for everybody. */
  readonly frames: Array<Buffer>
  /** By socket, the answers to those who said them. */
  readonly answers: Map<net.Socket, Array<Buffer>>
}

export type Deliver = (turn: Turn) => void

/** Stores messages and calls back when they are safe; it is asked for the next only then. */
export type Store = (messages: ReadonlyArray<StoredMessage>, onStored: () => void) => void

interface Channel {
  readonly name: string
  readonly members: Map<net.Socket, string>
  seq: number
  /** Undefined where nothing was said since the last. */
  turn: Turn | undefined
}

/** What a socket's user is, on the socket itself: a bare server keeps no more than it must. */
interface Session {
  name: string | undefined
  channel: Channel | undefined
  /** Answers to what is being read. */
  answers: Array<Buffer>
}

const names = new Map(
  (argument("tokens", "") === "" ? "" : readFileSync(argument("tokens", ""), "utf8"))
    .split("\n")
    .map((line) => [line.split(" ")[1], line.split(" ")[0]]),
)
const channels = new Map<string, Channel>()
let sessions = 0
let deliver: Deliver
let store: Store | undefined

/** Channels in which something was said, and what is to be stored of it. */
let spoken: Array<Channel> = []
let unsaved: Array<StoredMessage> = []
let storing = false

const channelOf = (name: string): Channel => {
  const found = channels.get(name)
  if (found !== undefined) return found
  const channel: Channel = { name, members: new Map(), seq: 0, turn: undefined }
  channels.set(name, channel)
  return channel
}

const answer = (session: Session, frame: object): void => void session.answers.push(encode(frame))

const signedIn = (session: Session, ref: number | undefined, name: string): void => {
  session.name = name
  answer(session, {
    type: "LoggedIn",
    ref,
    user_id: `user:${name}`,
    username: name,
    role: "member",
    session: `s${sessions++}`,
  })
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

/** All that was said since the last time, once it is stored. What is said while something is being stored waits. */
const endTurn = (): void => {
  if (storing || spoken.length === 0) return
  const turns = spoken.map((channel) => {
    const turn = channel.turn!
    channel.turn = undefined
    return turn
  })
  spoken = []
  if (store === undefined) return turns.forEach(deliver)
  const messages = unsaved
  unsaved = []
  storing = true
  store(messages, () => {
    storing = false
    // The disk first: it works while the sockets are written.
    endTurn()
    turns.forEach(deliver)
  })
}

const turnOf = (channel: Channel): Turn => {
  if (channel.turn !== undefined) return channel.turn
  channel.turn = { members: channel.members, frames: [], answers: new Map() }
  // `setImmediate` runs after every socket that is readable in this turn has been read.
  if (spoken.push(channel) === 1) setImmediate(endTurn)
  return channel.turn
}

const publish = (socket: net.Socket, channel: Channel, from: string, frame: ClientFrame): void => {
  const { name } = channel
  const [content, id] = [String(frame["content"]), String(frame["id"])]
  const [seq, timestamp] = [++channel.seq, Date.now()]
  const { answers, frames } = turnOf(channel)
  frames.push(encode({ type: "Message", channel: name, seq, id, from, content, timestamp }))
  const durability = store === undefined ? "memory" : "disk"
  const published = encode({ type: "Published", ref: frame.ref, channel: name, id, seq, timestamp, durability })
  const earlier = answers.get(socket)
  if (earlier === undefined) answers.set(socket, [published])
  else earlier.push(published)
  if (store !== undefined) unsaved.push({ channel: name, seq, id, from, timestamp, content })
}

const connected = ({ client_id, type }: ClientFrame) => ({
  type,
  client_id,
  version: "2.0",
  codec: "json",
  compression: null,
  capabilities: [],
  max_frame_bytes: 65_536,
  ping_after: 25_000,
  pong_within: 10_000,
})

const handle = (socket: net.Socket, session: Session, frame: ClientFrame): void => {
  const { ref, type } = frame
  switch (type) {
    case "Ping":
      return answer(session, { type: "Pong", sequence: frame["sequence"] })
    case "Publish":
      if (session.channel === undefined || session.name === undefined) return void socket.destroy()
      return publish(socket, session.channel, session.name, frame)
    case "Connect":
      return answer(session, connected(frame))
    case "Login":
      return signedIn(session, ref, String(frame["username"]))
    case "Authenticate": {
      const name = names.get(String(frame["token"]))
      return name === undefined ? void socket.destroy() : signedIn(session, ref, name)
    }
    case "Join": {
      if (session.name === undefined) return void socket.destroy()
      const channel = channelOf(String(frame["channel"]))
      session.channel = channel
      channel.members.set(socket, session.name)
      return answer(session, joined(channel, ref))
    }
    case "Leave":
      session.channel?.members.delete(socket)
      session.channel = undefined
      return answer(session, { type: "Left", ref, channel: frame["channel"] })
    default:
      socket.destroy()
  }
}

export interface Options {
  /** Where messages are stored before anybody is told of them; nowhere without it. */
  readonly store?: Store
}

/** Listens until SIGTERM or SIGINT. `--tokens` names a file with a name and its token in each line. */
export const serve = (given: Deliver, options: Options = {}): void => {
  deliver = given
  store = options.store
  listen((socket) => {
    const session: Session = { name: undefined, channel: undefined, answers: [] }
    const answerAll = (): void => {
      if (session.answers.length === 0) return
      socket.write(whole(session.answers))
      session.answers = []
    }
    onFrames(socket, (frame: ClientFrame) => handle(socket, session, frame), answerAll)
    socket.on("close", () => session.channel?.members.delete(socket))
  })
}
