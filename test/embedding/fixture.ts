/** A hub inside this program, and what goes on in it. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import { Chat } from "../../src/chat/Chat.ts"
import type { Disconnect } from "../../src/domain/Disconnect.ts"
import { type EmbeddedUser, Hub } from "../../src/embedding/Hub.ts"
import { History } from "../../src/history/History.ts"
import type { HubStats } from "../../src/hub/directory/DirectoryCommand.ts"
import { defaults, HubSettings } from "../../src/hub/HubSettings.ts"
import type { ServerFrame, ServerFrameOf } from "../../src/protocol/v2/ServerFrame.ts"

/** Channels as they are, and behind encode and decode, as if each were on another node. */
export const modes = [
  { mode: "channels here", encodeChannels: false },
  { mode: "channels as if elsewhere", encodeChannels: true },
] as const

/** A hub over the in-memory history, or over one the test controls, and the core that it is built on. */
export const hub = (
  changed: Partial<HubSettings> = {},
  stores: Layer.Layer<History | ChannelStore> = Layer.merge(History.layerMemory, ChannelStore.layerMemory),
) =>
  Layer.merge(Hub.layer, Chat.layer).pipe(
    Layer.provide([Layer.succeed(HubSettings, { ...defaults, ...changed }), stores]),
  )

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
