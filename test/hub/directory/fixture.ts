/** A directory by itself, with sessions that are signed in by hand. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ChannelStore } from "../../../src/channels/ChannelStore.ts"
import type { UserEvent } from "../../../src/domain/ChannelEvent.ts"
import { SessionId } from "../../../src/domain/SessionId.ts"
import type { User } from "../../../src/domain/User.ts"
import { History } from "../../../src/history/History.ts"
import { Gateway } from "../../../src/hub/audience/Gateway.ts"
import type { HubStats } from "../../../src/hub/directory/DirectoryCommand.ts"
import { Directory } from "../../../src/hub/directory/Directory.ts"
import { defaults, HubSettings } from "../../../src/hub/HubSettings.ts"
import { outboxes, known, standing, user } from "../members.ts"

export const nothing: HubStats = { users: 0, sessions: 0, channels: 0, memberships: 0 }

/** What members made by hand have to send leaves with the rest. */
const gateway = Layer.effect(
  Gateway,
  Effect.map(Gateway, (gateway) => Gateway.of({ ...gateway, outboxes })),
).pipe(Layer.provide(Gateway.layer))

/** A directory over the in-memory stores, or over those that the test controls. */
export const directory = (
  changed: Partial<HubSettings> = {},
  stores: Layer.Layer<History | ChannelStore> = Layer.merge(History.layerMemory, ChannelStore.layerMemory),
) =>
  Directory.layer.pipe(
    Layer.provideMerge(gateway),
    Layer.provideMerge(stores),
    Layer.provide(Layer.succeed(HubSettings, { ...defaults, ...changed })),
  )

export const session = (id: string) => SessionId.make(id)

/** Signs a session in, and notes why it is ended, what it is told and into what it is brought. */
export const signIn = Effect.fnUntraced(function* (
  who: string | User,
  options: {
    readonly session?: string
    readonly tokenId?: string
    readonly exclusive?: boolean
    readonly direct?: boolean
    readonly embedded?: boolean
  } = {},
) {
  const { direct = true, embedded = false, exclusive = false, tokenId } = options
  const signed = typeof who === "string" ? user(who) : who
  const id = session(options.session ?? signed.name)
  const ends: Array<string> = []
  const told: Array<UserEvent> = []
  const { signIn } = yield* Directory
  const gateway = yield* Gateway
  yield* signIn({ session: id, user: signed, tokenId, exclusive, direct, embedded })
  gateway.add(id, {
    ...known(signed),
    standing: () => standing(id, signed),
    end: ({ reason }) => void ends.push(reason),
    tell: (event) => void told.push(event),
    enter: () => Effect.void,
  })
  return { session: id, user: signed, ends, told }
})
