/** The service: layers put together. */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import type { SecureRandom } from "effect/crypto/SecureRandom"
import type { AccountChange } from "../accounts/AccountChange.ts"
import type { StorageError } from "../accounts/AccountError.ts"
import { Accounts } from "../accounts/Accounts.ts"
import * as Address from "../domain/Address.ts"
import * as Files from "../files/Files.ts"
import { FileSettings } from "../files/FileSettings.ts"
import * as Scanner from "../files/scanner/Scanner.ts"
import * as SettlingHistory from "../files/SettlingHistory.ts"
import { HistorySettings } from "../history/HistorySettings.ts"
import { AccountsOfHub } from "../chat/AccountsOfHub.ts"
import { Chat } from "../chat/Chat.ts"
import { People } from "../chat/People.ts"
import { Hub } from "../embedding/Hub.ts"
import type { Selection } from "../hub/directory/DirectoryCommand.ts"
import { HubSettings } from "../hub/HubSettings.ts"
import * as PeersOfHub from "../hub/nodes/peersOfHub.ts"
import { Disconnect, type DisconnectReason } from "../domain/Disconnect.ts"
import { unavailable } from "../domain/StoreTrouble.ts"
import * as Meters from "../observability/Meters.ts"
import { Sessions } from "../session/Sessions.ts"
import { SessionSettings } from "../session/SessionSettings.ts"
import { ConnectionLimits, type ConnectionLimitSettings } from "../transport/ConnectionLimits.ts"
import { listenAll, type Listener, type Listening } from "../transport/Listener.ts"
import { type DatabaseInUse, Ownership } from "../storage/Ownership.ts"
import * as OpenFiles from "../transport/OpenFiles.ts"
import * as Doors from "../transport/Doors.ts"
import { TransferSettings } from "../chat/transfers/TransferSettings.ts"
import * as HttpOutbound from "../webhooks/outbound/HttpOutbound.ts"
import * as NotifyingHistory from "../webhooks/NotifyingHistory.ts"
import * as Webhooks from "../webhooks/Webhooks.ts"
import { WebhookSettings } from "../webhooks/WebhookSettings.ts"
import { accountStore, fileStores, hubStores } from "./internal/countedStores.ts"
import { certificates } from "./internal/certificates.ts"
import * as Dialects from "./Dialects.ts"
import { announcing } from "./internal/announcing.ts"
import * as OperatorDoors from "./internal/operatorDoors.ts"
import * as Threads from "./gateways/count.ts"
import * as GatewayListeners from "./gateways/GatewayListeners.ts"
import { Gateways } from "./gateways/Gateways.ts"
import { withSignedTokens } from "./Identities.ts"
import * as HttpRequests from "./HttpRequests.ts"
import { accountsOn, storesLayer } from "./Storage.ts"
import { filesAreApart, type ServerSettings, type ShutdownSettings } from "./ServerSettings.ts"

/** The operations know whose account a name is. */
const peopleWithAccounts = Layer.effect(
  People,
  Effect.map(Accounts, (accounts) => {
    return {
      find: (name) => Effect.mapError(accounts.find(name), ({ trouble }) => unavailable(trouble)),
      get: (id) => Effect.mapError(accounts.get(id), ({ trouble }) => unavailable(trouble)),
    }
  }),
)

/** What is said goes out by webhooks, where what is kept has a place for these. */
const webhooksLayer = ({ webhooks }: Pick<ServerSettings, "webhooks">) =>
  NotifyingHistory.layer.pipe(
    Layer.provideMerge(Webhooks.layer),
    Layer.provide(HttpOutbound.layer),
    Layer.provide(Layer.succeed(WebhookSettings, webhooks)),
  )

/** Files go with the messages that carry them, where what is kept has a place for these. */
const filesLayer = (
  { files, fileScan }: Pick<ServerSettings, "files" | "fileScan">,
  random: Layer.Layer<SecureRandom>,
) =>
  SettlingHistory.layer.pipe(
    Layer.provideMerge(Files.layer),
    Layer.provide(fileStores),
    Layer.provide(random),
    Layer.provide([Layer.succeed(FileSettings, files), Scanner.layer(fileScan)]),
  )

/** Everything behind the listeners, on accounts and a history of the caller's choice; files are named by `random`. */
export const sessionsLayer = (
  settings: Pick<
    ServerSettings,
    "files" | "fileScan" | "history" | "hub" | "session" | "connections" | "transfers" | "webhooks"
  >,
  random: Layer.Layer<SecureRandom> = NodeCrypto.layerSecureRandom,
) =>
  Layer.suspend(() => Layer.effectDiscard(endSessionsOfChangedAccounts)).pipe(
    Layer.provideMerge(Sessions.layer),
    Layer.provideMerge([Hub.layer, Chat.layer, ConnectionLimits.layer]),
    Layer.provide(webhooksLayer(settings)),
    Layer.provide(filesLayer(settings, random)),
    Layer.provide([
      peopleWithAccounts,
      Layer.effect(AccountsOfHub, Accounts),
      Layer.succeed(HistorySettings, settings.history),
      Layer.succeed(HubSettings, settings.hub),
      Layer.succeed(FileSettings, settings.files),
      Layer.succeed(TransferSettings, settings.transfers),
      Layer.succeed(SessionSettings, settings.session),
      Layer.succeed(ConnectionLimits.Settings, settings.connections),
    ]),
    Layer.provide(hubStores),
    Layer.provideMerge(Meters.layer),
  )

/** The other nodes, where the service is several. */
const nodesLayer = (settings: Pick<ServerSettings, "cluster" | "storage" | "tls">) =>
  settings.cluster.enabled
    ? Layer.unwrap(
        Effect.map(
          Effect.promise(() => import("./internal/clusterNodes.ts")),
          ({ layer }) => layer(settings),
        ),
      )
    : Layer.empty

/** A running service. */
export class ChatServer extends Context.Service<
  ChatServer,
  {
    /** Everywhere it listens. */
    readonly addresses: NonEmptyReadonlyArray<Listening>
    /** The first of these addresses. */
    readonly address: Address.Address
    /**
     * Never answers as long as what is kept is this service's alone. It fails when another service has taken the database
     * over while the connection to it was lost: then this one is to be closed.
     */
    readonly lost: Effect.Effect<never, DatabaseInUse>
    /**
     * Done when an administrator has told the service to end (`natter drain --address`): then this one is to be closed.
     * That is left to the program around it.
     */
    readonly ending: Effect.Effect<void>
  }
>()("natter/server/ChatServer") {
  /**
   * Runs the service until the layer closes. Then: new connections are refused, every session is
   * told to come back later and gets what was queued for it, the channels finish what they
   * accepted, the files are closed. Each step has its time limit.
   *
   * The hub comes along, so that a bot can live in the same program. `settings.log` and
   * `settings.shutdown.hardStop` are for the program around it: the layer sets no logger and ends no
   * process.
   */
  static readonly layer = (settings: ServerSettings) =>
    Layer.unwrap(
      Effect.sync(() => {
        const gateways = Threads.countOf(settings)
        const server = ChatServer.layerOn(settings)
        const stores = storesLayer(settings)
        return gateways === 0
          ? server.pipe(Layer.provideMerge(nodesLayer(settings)), Layer.provide(stores))
          : server.pipe(Layer.provide(Gateways.layer(settings, gateways)), Layer.provide(stores))
      }),
    )

  /**
   * The same on stores of one's own, reached by these listeners. The stores are an `AccountStore`, a `ChannelStore` and a
   * `History`, of one's own making or from `natter/storage`, which then has one's own tables beside them:
   *
   * ```ts
   * const chat = ChatServer.layerOn(settings).pipe(
   *   Layer.provide(accountsLayer),
   *   Layer.provideMerge(SqliteStorage.layer({ folder: settings.data })),
   * )
   * ```
   *
   * Where there are to be webhooks, a `WebhookStore` is beside them, as in those of `natter/storage`; and `KeptClients` where
   * clients of MQTT are to come back to what they had subscribed to, behind a restart.
   *
   * `settings.data`, `settings.storage` and `settings.gateways` count for `layer` alone. How much history keeps is the affair of its layer, to
   * which `HistorySettings` are provided; `settings.history` are to be the same.
   */
  static readonly layerOn = (settings: ServerSettings, listeners?: NonEmptyReadonlyArray<Listener>) =>
    Layer.effect(ChatServer, serve(settings, listeners)).pipe(
      Layer.provideMerge(sessionsAnd(settings)),
      Layer.provide(peopleOf(settings)),
      Layer.provide(PeersOfHub.layer),
    )
}

const sessionsAnd = (settings: ServerSettings) =>
  Layer.provideMerge(sessionsLayer(settings), certificates(settings.tls))

const peopleOf = (settings: ServerSettings) =>
  withSignedTokens(accountsOn(settings), settings).pipe(Layer.provide(accountStore), Layer.provide(Meters.layer))

/** All that listeners need, on stores of the caller's choice. */
export const hubOn = (settings: ServerSettings) =>
  sessionsAnd(settings).pipe(Layer.provide(peopleOf(settings)), Layer.provide(PeersOfHub.layer))

/** Without listeners of the caller's own, by those that the settings ask for. */
const serve = Effect.fnUntraced(function* (settings: ServerSettings, given?: NonEmptyReadonlyArray<Listener>) {
  const tooFew = yield* fitConnections(settings.connections)
  const { problem, requests, streams } = yield* HttpRequests.handlers(settings)
  const always = yield* OperatorDoors.make({ ...settings, folder: folderOf(settings) })
  const gateways = Option.getOrUndefined(yield* Effect.serviceOption(Gateways))
  const dialects = yield* Dialects.make(settings)
  const behind = { ...(yield* Doors.behind(settings, requests, always, streams)), dialects }
  const own = gateways && (yield* GatewayListeners.open(gateways, settings, behind))
  const addresses = yield* listenAll(given ?? own ?? Doors.listeners(settings, behind))
  for (const warning of [tooFew, problem, filesApart(settings)])
    if (warning !== undefined) yield* Effect.logWarning(warning)
  yield* Effect.forEach(addresses, ({ address, transport }) =>
    Effect.annotateLogs(Effect.logInfo(`listening on ${whereOf(address)}`), { transport }),
  )
  yield* announcing(settings, addresses)
  yield* drainOnClose(settings.shutdown, { others: gateways?.end, allEnd: gateways !== undefined })
  const { lost } = yield* Ownership
  const { ending } = yield* Chat
  return ChatServer.of({
    addresses,
    address: addresses[0].address,
    lost,
    ending: Effect.andThen(Deferred.await(ending), Effect.sleep(answerWithin)),
  })
})

/** Whoever tells the service to end is answered before it does. */
const answerWithin = "200 millis"

/** The folder that everything is kept in, where it is in one. */
const folderOf = ({ data, storage }: ServerSettings) => (storage.kind === "sqlite" ? data : undefined)

/** What has no port is a socket in the file system, or one that was handed over. */
const whereOf = (address: Address.Address): string => (address.port === 0 ? address.host : Address.format(address))

/** What to say where there is no place for files that all nodes share. */
const filesApart = (settings: ServerSettings) =>
  settings.files.enabled && filesAreApart(settings)
    ? "no files are taken: each node would have those that were sent to it in a folder of its own; set files.store to s3, or files.folder to a folder that all nodes share (files.enabled to off says that there are to be none)"
    : undefined

/** What to say where the operating system lets this process open too few files for the connections that it is to have. */
const fitConnections = Effect.fnUntraced(function* ({ total }: ConnectionLimitSettings) {
  const free = OpenFiles.free()
  if (free === undefined) return undefined
  const limits = yield* ConnectionLimits
  const room = limits.fit(free)
  return room < total
    ? `at most ${room} connections: connections.total is ${total}, but this process may open only ${OpenFiles.limit()} files; raise that (ulimit -n, LimitNOFILE) or lower connections.total`
    : undefined
})

interface DrainOptions {
  /** Ends the sessions of others meanwhile. */
  readonly others?: Effect.Effect<void> | undefined
  /** Whether the other nodes, if there are any, are threads that end as well: no other takes these sessions. */
  readonly allEnd?: boolean | undefined
}

/**
 * Ends the sessions of all listeners together when the scope closes, before what was acquired earlier. While they drain, the
 * listeners still accept, and newcomers are told so; where other nodes take the sessions nothing is accepted any more.
 */
export const drainOnClose = Effect.fnUntraced(function* (
  shutdown: ShutdownSettings,
  { allEnd = false, others = Effect.void }: DrainOptions = {},
) {
  const sessions = yield* Sessions
  const { directory } = yield* Chat
  const draining = () =>
    Effect.gen(function* () {
      yield* Effect.logInfo(`draining ${sessions.count()} sessions`)
      const drained = yield* Effect.timeoutOption(
        sessions.drain(
          new Disconnect({ reason: "Draining", reconnectWithin: shutdown.reconnectWithin }),
          allEnd ? undefined : { count: directory.sessionsElsewhere, within: Duration.times(shutdown.grace, 0.5) },
        ),
        shutdown.grace,
      )
      yield* drained._tag === "Some"
        ? Effect.logInfo("drained")
        : Effect.logWarning(`${sessions.count()} sessions did not end in ${Duration.format(shutdown.grace)}: cut`)
    })
  yield* Effect.addFinalizer(() => Effect.all([others, draining()], { concurrency: "unbounded", discard: true }))
})

/** What an administrator takes away ends at once, wherever it is in use. */
const endSessionsOfChangedAccounts = Effect.gen(function* () {
  const accounts = yield* Accounts
  const { directory } = yield* Chat
  yield* accounts.changes.pipe(
    Stream.runForEach((change) =>
      consequence(accounts, change).pipe(
        Effect.flatMap(([selection, disconnect]) => directory.disconnectHere(selection, disconnect)),
        Effect.ignore,
      ),
    ),
    Effect.tapCause((cause) => Effect.logError("changes of accounts are heard no more", cause)),
    Effect.forkScoped,
  )
})

const consequence = (
  accounts: Accounts["Service"],
  change: AccountChange,
): Effect.Effect<readonly [Selection, Disconnect], StorageError> => {
  const ends = (selection: Selection, reason: DisconnectReason) =>
    Effect.succeed([selection, new Disconnect({ reason })] as const)
  switch (change._tag) {
    case "Disabled":
      return ends({ user: change.userId }, "AccountDisabled")
    case "PasswordChanged":
      return ends({ user: change.userId, exceptToken: change.tokenId }, "PasswordChanged")
    case "RoleChanged":
      // Whoever has signed in since is what the account is now.
      return Effect.flatMap(accounts.get(change.userId), (account) =>
        ends({ user: change.userId, exceptRole: Option.getOrUndefined(account)?.role }, "RoleChanged"),
      )
    case "TokenRevoked":
      return ends({ token: change.tokenId }, "TokenRevoked")
  }
}
