/** Members made by hand: each notes what its link gets, decoded. */
import * as Result from "effect/Result"
import type { Welcome } from "../../src/domain/ChannelEvent.ts"
import type { ChannelName } from "../../src/domain/ChannelName.ts"
import type { RequestError } from "../../src/domain/RequestError.ts"
import { SessionId } from "../../src/domain/SessionId.ts"
import { type User, UserId } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"
import type { SessionStanding } from "../../src/hub/audience/Gateway.ts"
import type { Member } from "../../src/hub/audience/Member.ts"
import { alone, defaultBounds, type Lane, Outbox, type OutboxBounds } from "../../src/hub/audience/Outbox.ts"
import { Outboxes } from "../../src/hub/audience/Outboxes.ts"
import type { Requester } from "../../src/hub/channel/ChannelCommand.ts"
import type { ConnectReply } from "../../src/protocol/Connect.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import { Deframer } from "../../src/protocol/Framing.ts"
import type { Renderer } from "../../src/protocol/Renderer.ts"
import type { Message } from "../../src/protocol/v1/Message.ts"
import * as render1 from "../../src/protocol/v1/render.ts"
import { errorFrame } from "../../src/protocol/v2/ErrorFrame.ts"
import * as render2 from "../../src/protocol/v2/render.ts"
import type { ServerFrame, ServerFrameOf } from "../../src/protocol/v2/ServerFrame.ts"
import { makeProtocolOf } from "../../src/session/protocols.ts"

export const user = (name: string, id = name): User => ({
  id: UserId.make(id),
  name: Username.make(name),
  role: "member",
})

/** How a session is doing that nothing is known of. */
export const standing = (id: SessionId, whose: User = user("ann")): SessionStanding => ({
  id,
  user: whose,
  address: undefined,
  transport: "test",
  encoding: undefined,
  since: undefined,
  heardAt: undefined,
  channels: 0,
  waiting: { bytes: 0, frames: 0 },
})

/** What everybody knows of it. */
export const known = (whose: User = user("ann")) => ({ user: whose, address: undefined, waiting: () => 0 })

/** How the server writes and how the client reads it, by name. */
export const encodings = {
  v1: { server: Encoding.server1, client: Encoding.client1 },
  json: { server: Encoding.server2("json"), client: Encoding.client2("json") },
  msgpack: { server: Encoding.server2("msgpack"), client: Encoding.client2("msgpack") },
} as const

/** The same encoding, counting what it encodes. */
export const counting = <E extends Encoding.Encoding>(encoding: E) => {
  const counter = { count: 0 }
  const encode = encoding.encode as (frame: unknown) => Uint8Array
  const encodeAll = encoding.encodeAll as (frames: ReadonlyArray<unknown>) => Uint8Array
  const server: E = {
    ...encoding,
    encode: (frame: unknown) => {
      counter.count++
      return encode(frame)
    },
    encodeAll: (frames: ReadonlyArray<unknown>) => {
      counter.count += frames.length
      return encodeAll(frames)
    },
  }
  return { server, counter }
}

type Frame = ServerFrame | Message | ConnectReply
/** A frame to compare as a whole. */
type AnyFrame = { readonly type: string; readonly [field: string]: unknown }

/** Notes what its link gets, one list a write. */
export interface TestMember {
  readonly session: SessionId
  readonly user: User
  readonly by: Requester
  readonly encoding: Encoding.Encoding
  readonly renderer: Renderer<Uint8Array>
  readonly outbox: Outbox<Uint8Array>
  readonly writes: Array<ReadonlyArray<Frame>>
  /** What its link says after a write. */
  room: boolean
  overflows: number
  /** How often a channel put it out. */
  putOut: number
  /** All frames in their order, and forgets them. */
  readonly taken: () => ReadonlyArray<AnyFrame>
  /** All frames of one type that came. */
  readonly all: <Type extends ServerFrame["type"]>(type: Type) => ReadonlyArray<ServerFrameOf<Type>>
  /** As an audience knows it: it is told with this ref that it has entered the channel, which it may call by an alias. */
  readonly entering: (
    channel: ChannelName,
    options?: { readonly ref?: number | undefined; readonly alias?: ChannelName },
  ) => Member
  /** It gets a frame of its version. */
  readonly tell: (lane: Lane, frame: { readonly v1?: Message; readonly v2?: ServerFrame }) => void
  /** Its request was refused. */
  readonly fail: (error: RequestError, ref: number | undefined) => void
}

/** Members that agreed on the same share what is rendered, as sessions do. */
const protocolOf = makeProtocolOf()

/** What members have to send leaves together: a test's channels share this as those of a node do. */
export const outboxes = new Outboxes()

export const member = (
  name: string,
  options: {
    readonly session?: string
    readonly encoding?: { readonly server: Encoding.Encoding; readonly client: Encoding.ClientEncoding }
    readonly bounds?: Partial<OutboxBounds>
  } = {},
): TestMember => {
  const { encoding = encodings.json } = options
  const { server } = encoding
  const session = SessionId.make(options.session ?? name)
  const deframer = new Deframer(Number.MAX_SAFE_INTEGER)
  const writes: Array<ReadonlyArray<Frame>> = []
  const { renderer } = protocolOf(server)
  const who = user(name)
  const encode = ({ v1, v2 }: { readonly v1?: Message; readonly v2?: ServerFrame }): Uint8Array | undefined =>
    server.version === 1 ? v1 && server.encode(v1) : v2 && server.encode(v2)
  const self: TestMember = {
    session,
    user: who,
    by: { user: who, session },
    encoding: server,
    renderer,
    outbox: new Outbox(
      { ...defaultBounds, ...options.bounds },
      {
        send: (batch) => {
          const bodies: Array<Uint8Array> = []
          for (const bytes of batch) deframer.push(bytes, bodies)
          writes.push(bodies.map((body) => Result.getOrThrow<Frame, unknown>(encoding.client.decode(body))))
          return self.room
        },
        keep: alone,
        onOverflow: () => void self.overflows++,
      },
      outboxes,
    ),
    writes,
    room: true,
    overflows: 0,
    putOut: 0,
    taken: () => writes.splice(0).flat() as unknown as ReadonlyArray<AnyFrame>,
    all: <Type extends ServerFrame["type"]>(type: Type) =>
      writes.flat().filter((frame) => frame.type === type) as unknown as ReadonlyArray<ServerFrameOf<Type>>,
    entering: (channel, { alias, ref } = {}) => {
      let name = channel
      return {
        session,
        user: who.id,
        renderer,
        outbox: self.outbox,
        alias,
        onEntered: (welcome: Welcome) =>
          self.tell("chat", {
            v1: render1.userList(welcome.names),
            v2: render2.joined(ref, alias ?? name, welcome),
          }),
        onPutOut: () => void self.putOut++,
        onRenamed: (to) => void (name = to),
      }
    },
    tell: (lane, frame) => {
      const bytes = encode(frame)
      if (bytes === undefined) return
      // As a session does: whoever asks for many things at once is not cut off for the answers.
      if (lane === "control" && self.outbox.pressure >= 0.5) self.outbox.flush()
      self.outbox.offer(lane, bytes, bytes.byteLength)
    },
    fail: (error, ref) => self.tell("control", { v1: render1.error(error), v2: errorFrame(error, ref) }),
  }
  return self
}
