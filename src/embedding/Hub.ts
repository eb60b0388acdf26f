/** The hub, for a program that wants chat inside. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { ChannelStore } from "../channels/ChannelStore.ts"
import type { Caller } from "../chat/Caller.ts"
import { Chat } from "../chat/Chat.ts"
import type { RequestErrorOf } from "../chat/Operation.ts"
import { statsHere } from "../chat/service/statsHere.ts"
import type { Disconnect } from "../domain/Disconnect.ts"
import { wrongIn } from "../domain/PlainName.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { Role } from "../domain/Role.ts"
import { SessionId } from "../domain/SessionId.ts"
import { User } from "../domain/User.ts"
import { spelling } from "../domain/Username.ts"
import type { History } from "../history/History.ts"
import type { NodeStanding } from "../hub/nodes/Elsewhere.ts"
import { Nodes } from "../hub/nodes/Nodes.ts"
import type { HubStats, Selection } from "../hub/directory/DirectoryCommand.ts"
import { type Actions, actionsOf } from "./Actions.ts"
import { onlyUnavailable } from "./internal/request.ts"
import { localSession, type LocalSession } from "./LocalSession.ts"

/** Somebody inside this program. */
export interface EmbeddedUser {
  /**
   * 1 to 64 letters, digits, `.`, `_` and `-`, and single spaces between them; of somebody with an `id`, any visible
   * characters. Reserved from now on: whoever tries to sign in under it through another door gets
   * `UsernameTaken`, and who has done so before is disconnected. That holds while the user is connected here, and for the
   * 10 000 names that were used last; a program reserves the names it cares about by `as` or `connect` when it starts.
   */
  readonly name: string
  /**
   * Who it is for ever, whatever the name becomes: whose messages, rights and read markers are whose goes by it. Default:
   * the name in small letters. To act for one of the service's accounts give that account's id: it still signs in.
   */
  readonly id?: string | undefined
  /** `admin`: may do in every channel what its owner may. `guest`: is given no role anywhere. Default: `member`. */
  readonly role?: Role | undefined
  /**
   * Whether the limits of `HubSettings` hold, `publishing`, `operations` and `channelsPerAccount`, as for users who come over
   * the network, and together with them. Default: no.
   */
  readonly limited?: boolean | undefined
}

/** How somebody is connected. */
export interface ConnectOptions extends EmbeddedUser {
  /** Without events a session need not consume any: it does things, and reads `entries`. Default: with events. */
  readonly events?: boolean | undefined
}

export class Hub extends Context.Service<
  Hub,
  {
    /**
     * A session inside this program, without a connection: it can be in channels and present there, and is told what
     * happens. It ends with the scope, and leaves its channels then. A user can have any number of them. Fails with
     * `InvalidUsername`, and with `Unavailable` while the hub shuts down.
     */
    readonly connect: (user: ConnectOptions) => Effect.Effect<LocalSession, ConnectError, Scope.Scope>
    /**
     * What somebody can do without a session, by rights alone: in no channel, and present nowhere. It holds nothing that
     * would have to be closed, so it can be had for each request that a program serves. Fails with `InvalidUsername`.
     */
    readonly as: (user: EmbeddedUser) => Effect.Effect<Actions, RequestErrorOf<"InvalidUsername">>
    /** Ends the sessions of a user, or all, whatever door they came through; succeeds with how many. */
    readonly disconnect: (
      selection: Selection,
      disconnect: Disconnect,
    ) => Effect.Effect<number, RequestErrorOf<"Unavailable">>
    /**
     * What is alive at this node, in all its threads: at rest it is back at its baseline. Where the service is several nodes,
     * `nodes` has figures of each.
     */
    readonly stats: Effect.Effect<HubStats, RequestErrorOf<"Unavailable">>
    /**
     * How the nodes of the service are doing that can be reached from this one, which is the first; undefined where it is one.
     * Their sessions and channels add up to those of the service. Users do not: who is connected to two nodes is one of each.
     * Threads that have connections are told like nodes.
     */
    readonly nodes: Effect.Effect<ReadonlyArray<NodeStanding> | undefined>
  }
>()("natter/hub/Hub") {
  /**
   * The hub on a `History` and a `ChannelStore`: `History.layerMemory` and `ChannelStore.layerMemory`, or those of
   * `natter/storage`. `HubSettings` says how it behaves, and `People` whose names belong to accounts. Where the whole
   * service runs in the same program, `ChatServer.layer` of `natter/server` has this hub in it.
   */
  static readonly layer: Layer.Layer<Hub, never, History | ChannelStore> = Layer.effect(
    Hub,
    Effect.suspend(() => make),
  ).pipe(Layer.provide(Chat.layer))
}

/** Why somebody cannot be connected. */
export type ConnectError = RequestErrorOf<"InvalidUsername" | "Unavailable">

const userOf = ({ id, name, role = "member" }: EmbeddedUser): Effect.Effect<User, RequestErrorOf<"InvalidUsername">> =>
  Effect.suspend(() => {
    // Whoever has an id may have the name for long.
    const wrong = id === undefined ? wrongIn(name) : undefined
    return wrong === undefined
      ? Effect.mapError(Schema.decodeEffect(User)({ id: id ?? spelling(name), name, role }), ({ message }) =>
          invalidName(message),
        )
      : Effect.fail(invalidName(`This cannot be a new user name: ${wrong}`))
  })

const invalidName = (detail: string) =>
  new RequestError({ reason: "InvalidUsername", detail }) as RequestErrorOf<"InvalidUsername">

const make = Effect.gen(function* () {
  const chat = yield* Chat
  const { directory } = chat
  let sessions = 0
  let lastId = 0
  // Ids must not meet those of an earlier run that history still knows.
  const prefix = Math.abs(yield* Random.nextInt).toString(36)
  const freshId = () => `${prefix}-${++lastId}`
  const nodes = yield* Nodes
  const where = nodes === undefined ? "" : `-${nodes.self}`

  const callerOf = (user: User, limited: boolean): Caller => ({
    by: { user, limited },
    memberships: undefined,
    limits: limited ? chat.limitsOf(user) : undefined,
  })

  return Hub.of({
    connect: ({ events = true, limited = false, ...user }) =>
      Effect.flatMap(userOf(user), (user) =>
        localSession(chat, {
          session: SessionId.make(`local-${++sessions}${where}`),
          as: callerOf(user, limited),
          own: true,
          events,
          freshId,
        }),
      ),
    as: ({ limited = false, ...user }) =>
      Effect.map(userOf(user), (user) => {
        directory.reserveName(user)
        return actionsOf<never>({ chat, caller: callerOf(user, limited), freshId, through: (call) => call })
      }),
    disconnect: (selection, disconnect) => onlyUnavailable(directory.disconnect(selection, disconnect)),
    stats: onlyUnavailable(Effect.suspend(() => statsHere(chat))),
    nodes: directory.nodes,
  })
})
