/** A hub inside this program, and what goes on in it. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import { Chat } from "../../src/chat/Chat.ts"
import type { Disconnect } from "../../src/domain/Disconnect.ts"
import { type EmbeddedUser, Hub } from "../../src/embedding/Hub.ts"
import { History } from "../../src/history/History.ts"
import type { HubStats } from "../../src/hub/directory/DirectoryCommand.ts"
import { defaults, HubSettings } from "../../src/hub/HubSettings.ts"
import { Nodes } from "../../src/hub/nodes/Nodes.ts"
import type { ServerFrame, ServerFrameOf } from "../../src/protocol/v2/ServerFrame.ts"
import { settle } from "../actor/fibers.ts"
import { MemoryNodes } from "../../src/testing/MemoryNodes.ts"

const memory = Layer.merge(History.layerMemory, ChannelStore.layerMemory)

/** A hub over the in-memory history, or over one the test controls; what it keeps, and the core that it is built on. */
const hub = (changed: Partial<HubSettings> = {}, stores: Layer.Layer<History | ChannelStore> = memory) =>
  Layer.merge(Hub.layer, Chat.layer).pipe(
    Layer.provide(Layer.succeed(HubSettings, { ...defaults, ...changed })),
    Layer.provideMerge(stores),
  )

type HubOf = typeof hub

/** The hub of the first of three nodes on the same stores; all channels are this node's. */
const ofNodes =
  (owner: number): HubOf =>
  (changed, stores) =>
    Layer.effectContext(
      Effect.gen(function* () {
        const nodes = yield* MemoryNodes.make({ nodes: 3, ownerOf: () => owner })
        const kept = yield* Layer.build(stores ?? Layer.fresh(memory))
        const hubs = yield* Effect.forEach([0, 1, 2], (n) =>
          Layer.build(
            Layer.fresh(hub(changed, Layer.succeedContext(kept))).pipe(
              Layer.provide(Layer.succeed(Nodes, nodes.node(n))),
            ),
          ),
        )
        return hubs[0]!
      }),
    )

/** Channels as they are, behind encode and decode, and of three nodes: at the one that has them, and at another. */
export const modes: ReadonlyArray<{ readonly mode: string; readonly hub: HubOf; readonly isOneOfMany: boolean }> = [
  {
    mode: "channels here",
    hub: (changed, stores) => hub({ ...changed, encodeChannels: false }, stores),
    isOneOfMany: false,
  },
  {
    mode: "channels as if elsewhere",
    hub: (changed, stores) => hub({ ...changed, encodeChannels: true }, stores),
    isOneOfMany: false,
  },
  { mode: "three nodes, channels here", hub: ofNodes(0), isOneOfMany: true },
  { mode: "three nodes, channels elsewhere", hub: ofNodes(1), isOneOfMany: true },
]

/** So much time passes, and what comes of it has come, from other nodes, too. */
export const pass = (time: Duration.Input) => Effect.andThen(TestClock.adjust(time), settle)

export const stats = Effect.flatMap(Hub, ({ stats }) => stats)

export const nothing: HubStats = { users: 0, sessions: 0, channels: 0, memberships: 0 }

/** A session of the hub whose events are noted as they come. */
export const connect = Effect.fnUntraced(function* (who: string | EmbeddedUser) {
  const session = yield* Effect.flatMap(Hub, (hub) => hub.connect(typeof who === "string" ? { name: who } : who))
  const events: Array<ServerFrame> = []
  let end: Disconnect | undefined
  yield* session.events.pipe(
    Stream.runForEach((frame) => Effect.sync(() => void events.push(frame))),
    Effect.catch((disconnect) => Effect.sync(() => void (end = disconnect))),
    Effect.forkScoped({ startImmediately: true }),
  )
  return {
    ...session,
    /** All events of one type. */
    all: <Type extends ServerFrame["type"]>(type: Type) =>
      events.filter((frame): frame is ServerFrameOf<Type> => frame.type === type),
    /** Why it ended, if it has. */
    ended: () => end?.reason,
  }
})
