/**
 * The whole service in one scope, with everything in memory and nothing on disk: to test clients, bots and programs that
 * embed the hub against.
 */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as LogLevel from "effect/LogLevel"
import * as Order from "effect/Order"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import { Accounts } from "../accounts/Accounts.ts"
import { AccessTokens } from "../accounts/AccessTokens.ts"
import { AccountStore } from "../accounts/AccountStore.ts"
import { LoginThrottle } from "../accounts/LoginThrottle.ts"
import { PasswordHash } from "../accounts/PasswordHash.ts"
import { Chat } from "../chat/Chat.ts"
import { ChannelStore } from "../channels/ChannelStore.ts"
import type { Address } from "../domain/Address.ts"
import { FileRecords } from "../files/FileRecords.ts"
import { FileStore } from "../files/FileStore.ts"
import { History } from "../history/History.ts"
import { Hub } from "../embedding/Hub.ts"
import * as PeersOfHub from "../hub/nodes/peersOfHub.ts"
import type * as HttpApp from "../http/HttpApp.ts"
import { type Meter, Meters } from "../observability/Meters.ts"
import { drainOnClose, sessionsLayer } from "../server/ChatServer.ts"
import * as Dialects from "../server/Dialects.ts"
import * as HttpRequests from "../server/HttpRequests.ts"
import * as Operating from "../server/Operating.ts"
import { withSignedTokens } from "../server/Identities.ts"
import { defaults, type ServerSettings } from "../server/ServerSettings.ts"
import type { ConnectionEnded } from "../session/Connection.ts"
import { Sessions } from "../session/Sessions.ts"
import { WebhookStore } from "../webhooks/WebhookStore.ts"
import { ConnectionLimits } from "../transport/ConnectionLimits.ts"
import { listenAll, type Listener, type Listening } from "../transport/Listener.ts"
import type { ClientHandler } from "../transport/http/HttpDoor.ts"
import type { StreamHandler } from "../transport/http2/Http2Door.ts"
import type { ListenError } from "../transport/ListenError.ts"
import type { DialError } from "../transport/tcp/TcpDialer.ts"
import type { SseSettings } from "../transport/sse/SseSettings.ts"
import * as SseLink from "./internal/SseLink.ts"
import type { SseLinkOptions } from "./internal/SseLink.ts"
import { TlsContext } from "../transport/tls/TlsContext.ts"
import * as Doors from "../transport/Doors.ts"
import * as Link from "./Link.ts"
import * as MemoryTransport from "./MemoryTransport.ts"
import * as TestClient from "./TestClient.ts"

type Groups = Omit<ServerSettings, "cluster" | "data" | "fileStore" | "gateways" | "history" | "log" | "storage">

/**
 * Settings that differ from the service's own defaults, group by group. A session's `goodbyeTimeout` is 250 ms here,
 * `accounts.registrations` are not limited, there is no page at `/`, and with `hub.publishing` neither are `hub.operations`, unless they are set.
 */
export type Settings = { readonly [Group in keyof Omit<Groups, "listen">]?: Partial<Groups[Group]> } & {
  /** Where it listens beside its port. Default: nowhere. */
  readonly listen?: Groups["listen"]
  /** Where messages are kept. Default: in memory. */
  readonly history?: Layer.Layer<History, unknown>
  /** Where channels are kept. Default: in memory. */
  readonly channels?: Layer.Layer<ChannelStore, unknown>
  /** Where webhooks are kept. Default: in memory. */
  readonly webhookStore?: Layer.Layer<WebhookStore, unknown>
  /** Where the bytes of files are kept. Default: in memory. */
  readonly fileStore?: Layer.Layer<FileStore, unknown>
  /** Where it is kept which files there are. Default: in memory. */
  readonly fileRecords?: Layer.Layer<FileRecords, unknown>
  /** Where accounts are kept. Default: in memory. */
  readonly accountStore?: Layer.Layer<AccountStore, unknown>
  /** What the service logs at least. Default: errors, or what the test itself logs, if that is less. */
  readonly log?: LogLevel.LogLevel
}

/** A running service. */
export class TestServer extends Context.Service<
  TestServer,
  {
    /** Connects to it. The options count in memory only. */
    readonly connect: (options?: MemoryTransport.MemoryOptions) => Effect.Effect<Link.Link, DialError, Scope.Scope>
    /** Connects a client that speaks version 1. */
    readonly client1: Effect.Effect<TestClient.TestClient1, DialError, Scope.Scope>
    /** Connects a client and negotiates version 2; it is not signed in. */
    readonly client2: (
      terms?: TestClient.Terms,
    ) => Effect.Effect<TestClient.TestClient2, DialError | ConnectionEnded | TestClient.Unexpected, Scope.Scope>
    /** Where it listens first of all; undefined in memory. */
    readonly address: { readonly host: string; readonly port: number } | undefined
    /** All that it listens with. */
    readonly listening: ReadonlyArray<Listening>
    /** Answers requests of the HTTP API, for a test that has no socket. */
    readonly api: HttpApp.Handle
    /** The same as the layers' `Hub`. */
    readonly hub: Hub["Service"]
    readonly accounts: Accounts["Service"]
    readonly accessTokens: AccessTokens["Service"]
    readonly sessions: Sessions["Service"]
    readonly limits: ConnectionLimits["Service"]
    /** Done when an administrator has told it to end: nothing does so here. */
    readonly ending: Effect.Effect<void>
    /** What was counted. */
    readonly meter: Meter
  }
>()("natter/testing/TestServer") {
  /**
   * In memory, without a socket: runs on whatever clock the test has. Closing the layer drains it like the real one.
   * `links` is what links are like that are not connected otherwise. The `Hub` comes along, so that a program that needs
   * one runs against this; `MemoryDialer.layer` is for one that uses `natter/client`.
   */
  static readonly layerMemory = (settings: Settings = {}, links: MemoryTransport.MemoryOptions = {}) =>
    // In memory there is nothing that could fail to listen.
    Layer.orDie(
      withService(settings, () => {
        const listener = new MemoryTransport.MemoryListener()
        return Effect.succeed({
          listeners: [listener] as const,
          reach: () => ({ address: undefined, connect: (options) => listener.connect({ ...links, ...options }) }),
        })
      }),
    )

  /**
   * Listens as the real one does, on a free port of `127.0.0.1` unless the settings say otherwise. `link` is how it is
   * connected to. Default: over TCP.
   */
  static readonly layerTcp = (
    settings: Settings = {},
    link: (address: Address) => ReturnType<typeof Link.tcp> = Link.tcp,
  ) =>
    withService(settings, (complete, requests, streams) =>
      Effect.gen(function* () {
        const dialects = yield* Dialects.make(complete)
        const behind = { ...(yield* Doors.behind(complete, requests, [], streams)), dialects }
        return {
          listeners: Doors.listeners(complete, behind),
          reach: (address: Address) => ({ address, connect: () => link(address) }),
        }
      }),
    )

  /** Over Server-Sent Events, on a free port of `127.0.0.1`. */
  static readonly layerSse = (settings: Settings = {}, sse: Partial<SseSettings> = {}, links: SseLinkOptions = {}) =>
    TestServer.layerTcp(
      { ...settings, sse, websocket: { ...settings.websocket, origins: sse.origins ?? [] } },
      (address) => SseLink.sse(address, links),
    )
}

/** A service that says all the time what it does would be in the way of what a test has to say. */
const logging = (level: LogLevel.LogLevel | undefined) =>
  Layer.effect(
    References.MinimumLogLevel,
    Effect.map(References.MinimumLogLevel, (own) => level ?? Order.max(LogLevel.Order)(own, "Error")),
  )

/** Passwords are hashed as cheaply as argon2id allows. */
const cheapHashes = { memory: 64, passes: 1, parallelism: 1, atOnce: 2, maxWaiting: 256 }

/** Tests end with clients that neither read nor leave: a server that waits 5 s for each is no pleasure. */
const goodbyeTimeout = Duration.millis(250)

/** Who switches off the limit of messages wants none of the others. */
const unlimited = ({ hub = {} }: Settings) =>
  "publishing" in hub && hub.publishing === undefined ? { operations: undefined } : {}

const complete = (settings: Settings): Groups => ({
  tcp: { ...defaults.tcp, port: 0, ...settings.tcp },
  tls: { ...defaults.tls, ...settings.tls },
  listen: settings.listen ?? defaults.listen,
  http: { ...defaults.http, ...settings.http },
  websocket: { ...defaults.websocket, ...settings.websocket },
  sse: { ...defaults.sse, ...settings.sse },
  api: { ...defaults.api, ...settings.api },
  announce: settings.announce ?? defaults.announce,
  grpc: { ...defaults.grpc, ...settings.grpc },
  // It would be read from a disk.
  page: { ...defaults.page, enabled: false, ...settings.page },
  irc: { ...defaults.irc, ...settings.irc },
  mqtt: { ...defaults.mqtt, ...settings.mqtt },
  connections: { ...defaults.connections, ...settings.connections },
  proxies: { ...defaults.proxies, ...settings.proxies },
  metrics: { ...defaults.metrics, ...settings.metrics },
  otlp: { ...defaults.otlp, ...settings.otlp },
  // All of a test's people come from one address, and at once.
  // Who comes first to a test is nobody special.
  accounts: { ...defaults.accounts, firstAdministrates: false, registrations: undefined, ...settings.accounts },
  accessTokens: { ...defaults.accessTokens, ...settings.accessTokens },
  oidc: { ...defaults.oidc, ...settings.oidc },
  logins: { ...defaults.logins, ...settings.logins },
  hub: { ...defaults.hub, ...unlimited(settings), ...settings.hub },
  files: { ...defaults.files, ...settings.files },
  fileScan: { ...defaults.fileScan, ...settings.fileScan },
  transfers: { ...defaults.transfers, ...settings.transfers },
  webhooks: { ...defaults.webhooks, ...settings.webhooks },
  session: { ...defaults.session, goodbyeTimeout, ...settings.session },
  shutdown: { ...defaults.shutdown, ...settings.shutdown },
})

const accountsLayer = ({ accounts, logins }: Groups) =>
  Accounts.layer.pipe(
    Layer.provide([PasswordHash.layer, LoginThrottle.layer]),
    Layer.provide([
      NodeCrypto.layerKdf,
      NodeCrypto.layerSecureRandom,
      NodeCrypto.layerDigest,
      Layer.succeed(PasswordHash.Settings, cheapHashes),
      Layer.succeed(Accounts.Settings, accounts),
      Layer.succeed(LoginThrottle.Settings, logins),
    ]),
  )

/** How a service is reached: what it listens with, and how to connect to where that listens. */
interface Entrance {
  readonly listeners: NonEmptyReadonlyArray<Listener>
  readonly reach: (address: Address) => Pick<TestServer["Service"], "address" | "connect">
}

/** The service behind whatever makes it reachable. */
const withService = (
  partial: Settings,
  entrance: (
    settings: Groups,
    requests: ReadonlyArray<ClientHandler>,
    streams: StreamHandler | undefined,
  ) => Effect.Effect<Entrance, never, Scope.Scope | Sessions | ConnectionLimits | TlsContext>,
): Layer.Layer<TestServer | Hub, ListenError> => {
  const settings = complete(partial)
  const service = Effect.gen(function* () {
    yield* Operating.make({ folder: undefined, storage: "memory" })
    const { api, requests, streams } = yield* HttpRequests.handlers(settings)
    const { listeners, reach: reachAt } = yield* entrance(settings, requests, streams)
    const listening = yield* listenAll(listeners)
    const [{ address }] = listening
    yield* drainOnClose(settings.shutdown)
    const reach = reachAt(address)
    return TestServer.of({
      ...reach,
      listening,
      api,
      client1: Effect.map(reach.connect(), TestClient.v1),
      client2: (terms) => Effect.flatMap(reach.connect(), (link) => TestClient.v2(link, terms)),
      hub: yield* Hub,
      accounts: yield* Accounts,
      accessTokens: yield* AccessTokens,
      sessions: yield* Sessions,
      limits: yield* ConnectionLimits,
      ending: Deferred.await((yield* Chat).ending),
      meter: yield* Meters,
    })
  })
  return Layer.effect(TestServer, service).pipe(
    Layer.provideMerge(sessionsLayer({ ...settings, history: defaults.history })),
    // A test that has a certificate has one that can be used.
    Layer.provide(Layer.orDie(TlsContext.layer(settings.tls))),
    Layer.provide([
      // What a test keeps things in has to open, or the test is wrong.
      Layer.orDie(
        withSignedTokens(accountsLayer(settings), settings).pipe(
          Layer.provide(partial.accountStore ?? AccountStore.layerMemory),
        ),
      ),
      Layer.orDie(partial.history ?? History.layerMemory),
      Layer.orDie(partial.channels ?? ChannelStore.layerMemory),
      Layer.orDie(partial.webhookStore ?? WebhookStore.layerMemory),
      Layer.orDie(partial.fileStore ?? FileStore.layerMemory),
      Layer.orDie(partial.fileRecords ?? FileRecords.layerMemory),
    ]),
    Layer.provide(PeersOfHub.layer),
    Layer.provide(logging(partial.log)),
    // Each use is a server of its own.
    Layer.fresh,
  )
}
