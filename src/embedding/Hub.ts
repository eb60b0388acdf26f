/** The hub, for a program that wants chat inside. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { ChannelStore } from "../channels/ChannelStore.ts"
import { Chat } from "../chat/Chat.ts"
import type { Disconnect } from "../domain/Disconnect.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { Role } from "../domain/Role.ts"
import { SessionId } from "../domain/SessionId.ts"
import { User } from "../domain/User.ts"
import { key } from "../domain/Username.ts"
import type { History } from "../history/History.ts"
import type { HubStats, Selection } from "../hub/directory/DirectoryCommand.ts"
import { type Actions, actionsOf } from "./Actions.ts"
import { localSession, type LocalSession } from "./LocalSession.ts"

/** Somebody inside this program. */
export interface EmbeddedUser {
  /** 1 to 64 visible characters. Nobody else signs in under it once it was used here. */
  readonly name: string
  /** Says whether two sessions are of one user; without one, the name does. */
  readonly id?: string | undefined
  /** Default: member. */
  readonly role?: Role | undefined
  /** Whether the limits of a user who comes over the network hold. Default: no. */
  readonly limited?: boolean | undefined
}

export class Hub extends Context.Service<
  Hub,
  {
    /**
     * A session inside this program, without a connection; it ends with the scope, and leaves its channels then.
     * `events: false`: it only does things, and hears nothing.
     */
    readonly connect: (
      user: EmbeddedUser & { readonly events?: boolean | undefined },
    ) => Effect.Effect<LocalSession, RequestError, Scope.Scope>
    /** What somebody can do without a session: no member of anything, and present nowhere. */
    readonly as: (user: EmbeddedUser) => Effect.Effect<Actions, RequestError>
    /** Ends sessions, whatever door they came through; succeeds with how many. */
    readonly disconnect: (selection: Selection, disconnect: Disconnect) => Effect.Effect<number, RequestError>
    /** What is alive: at rest it is back at its baseline. */
    readonly stats: Effect.Effect<HubStats, RequestError>
  }
>()("natter/hub/Hub") {
  static readonly layer: Layer.Layer<Hub, never, History | ChannelStore> = Layer.effect(
    Hub,
    Effect.suspend(() => make),
  ).pipe(Layer.provide(Chat.layer))
}

const userOf = ({ id, name, role = "member" }: EmbeddedUser): Effect.Effect<User, RequestError> =>
  Effect.mapError(
    Schema.decodeEffect(User)({ id: id ?? key(name), name, role }),
    (error) => new RequestError({ reason: "InvalidUsername", detail: error.message }),
  )

const make = Effect.gen(function* () {
  const chat = yield* Chat
  let sessions = 0
  let lastId = 0
  // Ids must not meet those of an earlier run that history still knows.
  const prefix = Math.abs(yield* Random.nextInt).toString(36)
  const freshId = () => `${prefix}-${++lastId}`

  return Hub.of({
    connect: (options) =>
      Effect.flatMap(userOf(options), (user) =>
        localSession(chat, {
          session: SessionId.make(`local-${++sessions}`),
          user,
          events: options.events ?? true,
          limited: options.limited ?? false,
          freshId,
        }),
      ),
    as: (options) =>
      Effect.map(userOf(options), (user) => {
        const limit = options.limited === true ? chat.limitOf(user.id) : undefined
        return actionsOf(chat, { by: { user }, memberships: undefined, limit }, freshId)
      }),
    disconnect: chat.directory.disconnect,
    stats: chat.directory.stats,
  })
})
