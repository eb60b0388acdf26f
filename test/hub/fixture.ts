import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import type { ChannelStoreError } from "../../src/channels/ChannelStoreError.ts"
import type * as Administration from "../../src/hub/channel/Administration.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { SessionId } from "../../src/domain/SessionId.ts"
import { type User, UserId } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { Topic } from "../../src/domain/Topic.ts"
import type { Message as StoredMessage } from "../../src/domain/Entry.ts"
import { History } from "../../src/history/History.ts"
import type { HistoryError } from "../../src/history/HistoryError.ts"
import * as Channel from "../../src/hub/channel/Channel.ts"
import { Hub, type HubStats } from "../../src/embedding/Hub.ts"
import { defaults, HubSettings } from "../../src/hub/HubSettings.ts"
import type { Member } from "../../src/hub/audience/Member.ts"
import { defaultBounds, Outbox, type OutboxBounds } from "../../src/hub/audience/Outbox.ts"
import type { Disconnect } from "../../src/domain/Disconnect.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import type { ConnectReply } from "../../src/protocol/Connect.ts"
import { Deframer } from "../../src/protocol/Framing.ts"
import type { Message } from "../../src/protocol/v1/Message.ts"
import type { ServerFrame, ServerFrameOf } from "../../src/protocol/v2/ServerFrame.ts"

import { settle } from "../actor/fibers.ts"

export const user = (name: string, id = name): User => ({
  id: UserId.make(id),
  name: Username.make(name),
  role: "member",
})

const general = ChannelName.make("general")
export const id = (id: string) => MessageId.make(id)

/** How the server writes and how the client reads it, by name. */
export const encodings = {
  v1: { server: Encoding.server1, client: Encoding.client1 },
  json: { server: Encoding.server2("json"), client: Encoding.client2("json") },
  msgpack: { server: Encoding.server2("msgpack"), client: Encoding.client2("msgpack") },
} as const

type Frame = ServerFrame | Message | ConnectReply
/** A frame to compare as a whole. */
type AnyFrame = { readonly type: string; readonly [field: string]: unknown }

/** A member made by hand: notes what its link gets, decoded, one list a write. */
export interface TestMember extends Member {
  readonly writes: Array<ReadonlyArray<Frame>>
  /** What its link says after a write. */
  room: boolean
  overflows: number
  /** All frames in their order, and forgets them. */
  readonly taken: () => ReadonlyArray<AnyFrame>
  /** All frames of one type that came. */
  readonly all: <Type extends ServerFrame["type"]>(type: Type) => ReadonlyArray<ServerFrameOf<Type>>
}

export const member = (
  name: string,
  options: {
    readonly session?: string
    readonly encoding?: { readonly server: Encoding.Encoding; readonly client: Encoding.ClientEncoding }
    readonly bounds?: Partial<OutboxBounds>
  } = {},
): TestMember => {
  const { encoding = encodings.json, session = name } = options
  const deframer = new Deframer(Number.MAX_SAFE_INTEGER)
  const writes: Array<ReadonlyArray<Frame>> = []
  const self: TestMember = {
    session: SessionId.make(session),
    user: user(name),
    encoding: encoding.server,
    outbox: new Outbox(
      { ...defaultBounds, ...options.bounds },
      {
        send: (batch) => {
          const bodies: Array<Uint8Array> = []
          for (const bytes of batch) deframer.push(bytes, bodies)
          writes.push(bodies.map((body) => Result.getOrThrow<Frame, unknown>(encoding.client.decode(body))))
          return self.room
        },
        onOverflow: () => void self.overflows++,
      },
    ),
    writes,
    room: true,
    overflows: 0,
    taken: () => writes.splice(0).flat() as unknown as ReadonlyArray<AnyFrame>,
    all: <Type extends ServerFrame["type"]>(type: Type) =>
      writes.flat().filter((frame) => frame.type === type) as unknown as ReadonlyArray<ServerFrameOf<Type>>,
  }
  return self
}

/** The same encoding, counting what it encodes. */
export const counting = <E extends Encoding.Encoding>(encoding: E) => {
  const counter = { count: 0 }
  const encode = encoding.encode as (frame: unknown) => Uint8Array
  const server: E = {
    ...encoding,
    encode: (frame: unknown) => {
      counter.count++
      return encode(frame)
    },
  }
  return { server, counter }
}

/** The in-memory history, with what a test lets happen before and behind each call. */
export interface ControlledHistory {
  before: Effect.Effect<void, HistoryError>
  behind: Effect.Effect<void, HistoryError>
  load: Effect.Effect<void, HistoryError>
  /** Before what a channel is is changed. */
  topic: Effect.Effect<void, ChannelStoreError>
  /** What was stored, by append; messages alone are counted on. */
  readonly appended: Array<ReadonlyArray<StoredMessage>>
  readonly loads: () => number
  /** The channel `general` is there, and nobody's. */
  readonly layer: Layer.Layer<History | ChannelStore>
}

export const controlledHistory = (): ControlledHistory => {
  let loads = 0
  const memory = Layer.succeedContext(Effect.runSync(Effect.scoped(Layer.build(History.layerMemory))))
  const self: ControlledHistory = {
    before: Effect.void,
    behind: Effect.void,
    load: Effect.void,
    topic: Effect.void,
    appended: [],
    loads: () => loads,
    layer: Layer.merge(
      channels(() => self.topic),
      Layer.effect(
        History,
        Effect.map(History, (history) =>
          History.of({
            ...history,
            load: (channel, since) =>
              Effect.suspend(() => {
                loads++
                return Effect.andThen(self.load, history.load(channel, since))
              }),
            append: (channel, batch) =>
              Effect.suspend(() => self.before).pipe(
                Effect.andThen(history.append(channel, batch)),
                Effect.tap(() =>
                  Effect.sync(() => void self.appended.push(batch.entries.filter((entry) => entry.type === "Message"))),
                ),
                Effect.tap(() => self.behind),
              ),
          }),
        ),
      ).pipe(Layer.provide(memory)),
    ),
  }
  return self
}

/** The in-memory channel store with one channel, and with what a test lets happen before each change. */
const channels = (before: () => Effect.Effect<void, ChannelStoreError>) => {
  const memory = Effect.runSync(Effect.scoped(Layer.build(ChannelStore.layerMemory)))
  const store = Context.get(memory, ChannelStore)
  const nobodys = {
    access: "public",
    topic: Topic.make(""),
    durability: undefined,
    createdAt: 0,
    owner: undefined,
  } as const
  Effect.runSync(store.create({ ...nobodys, id: ChannelId.make(general), name: general }).pipe(Effect.orDie))
  return Layer.succeed(ChannelStore, {
    ...store,
    change: (...args) => Effect.andThen(Effect.suspend(before), store.change(...args)),
  })
}

const admin = (user: User): User => ({ ...user, role: "admin" })

/** Sets a topic as somebody who may do it anywhere. */
export const setTopic = (channel: Pick<Channel.ChannelHandle, "administer">, by: User, topic: Topic) =>
  channel.administer(admin(by), { type: "SetTopic", topic } satisfies Administration.Request)

const settings = (changed: Partial<HubSettings> = {}) => Layer.succeed(HubSettings, { ...defaults, ...changed })

/** A channel by itself, without a hub; it ends with the scope. */
export const channel = Effect.fnUntraced(function* (
  options: {
    readonly history?: ControlledHistory
    readonly settings?: Partial<HubSettings>
    readonly onIdle?: Effect.Effect<void>
  } = {},
) {
  const history = options.history ?? controlledHistory()
  const context = yield* Layer.build(history.layer)
  const made = yield* Channel.make({
    name: general,
    hub: { reserve: () => Effect.void, rename: () => Effect.void, left: () => Effect.void, tell: () => Effect.void },
    after: Effect.void,
    onIdle: options.onIdle ?? Effect.void,
  }).pipe(
    Effect.provideService(HubSettings, { ...defaults, ...options.settings }),
    Effect.provideService(History, Context.get(context, History)),
    Effect.provideService(ChannelStore, Context.get(context, ChannelStore)),
  )
  return { ...made, setTopic: (by: User, topic: Topic) => setTopic(made, by, topic), history }
})

export const online = { status: "online" } as const

/** A hub over the in-memory history, or over one the test controls. */
export const hub = (
  changed: Partial<HubSettings> = {},
  stores: Layer.Layer<History | ChannelStore> = Layer.merge(History.layerMemory, ChannelStore.layerMemory),
) => Hub.layer.pipe(Layer.provide([settings(changed), stores]))

/** A session of the hub whose events are noted as they come. */
export const connect = Effect.fnUntraced(function* (name: string) {
  const session = yield* Effect.flatMap(Hub, (hub) => hub.connect({ name }))
  const events: Array<AnyFrame> = []
  let end: Disconnect | undefined
  yield* session.events.pipe(
    Stream.runForEach((frame) => Effect.sync(() => void events.push(frame as unknown as AnyFrame))),
    Effect.catch((disconnect) => Effect.sync(() => void (end = disconnect))),
    Effect.forkScoped({ startImmediately: true }),
  )
  return {
    ...session,
    /** All events of one type. */
    all: <Type extends ServerFrame["type"]>(type: Type) =>
      events.filter((frame) => frame.type === type) as unknown as ReadonlyArray<ServerFrameOf<Type>>,
    /** Why it ended, if it has. */
    ended: () => end?.reason,
  }
})

/** Signs a session in by hand, and notes why it is ended. */
export const signIn = Effect.fnUntraced(function* (
  name: string,
  options: { readonly session?: string; readonly tokenId?: string; readonly exclusive?: boolean } = {},
) {
  const ends: Array<string> = []
  const { exclusive = false, session = name, tokenId } = options
  const hub = yield* Hub
  const signedIn = yield* hub.signIn({
    session: SessionId.make(session),
    user: user(name),
    tokenId,
    exclusive,
    end: ({ reason }) => void ends.push(reason),
  })
  return { ...signedIn, ends }
})

export const nothing: HubStats = { users: 0, sessions: 0, channels: 0, memberships: 0 }

/** Starts it here and now. */
export const fork = <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.forkChild(self, { startImmediately: true })
/** Why it fails. */
export const reason = <A, E extends { readonly reason: string }, R>(self: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(self), (error) => error.reason)

export const seqs = (who: TestMember) => who.all("Message").map(({ seq }) => Number(seq))
export const types = (frames: ReadonlyArray<{ readonly type: string }>) => frames.map(({ type }) => type)

/** What it was told that others said, in order. */
export const texts = (who: TestMember) => who.all("Message").map(({ content }) => content)

/** A channel over a history a test controls, with members in it. */
export const overHistory = Effect.fnUntraced(function* (...members: ReadonlyArray<TestMember>) {
  const history = controlledHistory()
  const tested = yield* channel({ history, settings: { channelMailbox: 1024 } })
  for (const who of members) yield* tested.join(who, online)
  yield* settle
  let published = 0
  /** Publishes with the text as the id and a running number as the ref. */
  const publish = (who: TestMember, content: string) =>
    tested.publish({ session: who.session, id: id(content), ref: ++published, content })
  return { tested, history, publish }
})
