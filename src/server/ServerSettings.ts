/**
 * The settings as values, group by group. A group belongs to the layer that it governs, which has its type and its
 * defaults. What an operator can set of them, and under which name, is listed in `internal/settings`.
 */
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import * as Accounts from "../accounts/AccountSettings.ts"
import * as AccessTokens from "../accounts/AccessTokenSettings.ts"
import * as Logins from "../accounts/LoginThrottleSettings.ts"
import * as OutsideIssuer from "../accounts/OutsideIssuerSettings.ts"
import * as Cluster from "../cluster/ClusterSettings.ts"
import * as Files from "../files/FileSettings.ts"
import * as FileScan from "../files/scanner/ScanSettings.ts"
import * as History from "../history/HistorySettings.ts"
import * as Grpc from "../grpc/GrpcSettings.ts"
import * as Api from "../http/ApiSettings.ts"
import * as Page from "../http/page/PageSettings.ts"
import * as Hub from "../hub/HubSettings.ts"
import * as Irc from "../irc/IrcSettings.ts"
import * as Mqtt from "../mqtt/MqttSettings.ts"
import * as Logging from "../observability/Logging.ts"
import * as Otlp from "../observability/OtlpSettings.ts"
import * as Session from "../session/SessionSettings.ts"
import * as S3 from "../storage/S3Settings.ts"
import * as Proxies from "../transport/address/ProxySettings.ts"
import { ConnectionLimits, type ConnectionLimitSettings } from "../transport/ConnectionLimits.ts"
import * as Http from "../transport/http/HttpSettings.ts"
import * as Metrics from "../transport/http/MetricsSettings.ts"
import type { Place } from "../transport/Place.ts"
import * as Sse from "../transport/sse/SseSettings.ts"
import * as Tcp from "../transport/tcp/TcpSettings.ts"
import * as Tls from "../transport/tls/TlsSettings.ts"
import * as Transfers from "../chat/transfers/TransferSettings.ts"
import * as Webhooks from "../webhooks/WebhookSettings.ts"
import * as WebSocket from "../transport/websocket/WebSocketSettings.ts"
import { deflate } from "../transport/Zlib.ts"

export interface ShutdownSettings {
  /** Time all sessions together have to end. */
  readonly grace: Duration.Duration
  /** After this the process ends, whatever is left. */
  readonly hardStop: Duration.Duration
  /** Sessions are told to come back at a random moment within this window. */
  readonly reconnectWithin: Duration.Duration
}

/** `sqlite`: a file in the data folder. `memory`: nothing outlives the process. */
export const storageKinds = ["sqlite", "postgres", "memory"] as const

/** With `full`, what is committed survives a power cut; with `normal`, the end of the process. */
export const synchronousModes = ["full", "normal"] as const

/** Where the bytes of files are: in the data folder, or in a bucket. */
export const fileStoreKinds = ["folder", "s3"] as const

interface FileStoreSettings {
  /** Where the kind of `storage` is `memory`, they are there, too. */
  readonly kind: (typeof fileStoreKinds)[number]
  /** Where the kind is `folder`, which one; empty: `files` in the data folder. Nodes have to share it. */
  readonly folder: string
  /** Counts where the kind is `s3`. */
  readonly s3: S3.S3Settings
}

interface StorageSettings {
  readonly kind: (typeof storageKinds)[number]
  /** Counts where the kind is `sqlite`. */
  readonly sqlite: {
    readonly synchronous: (typeof synchronousModes)[number]
  }
  /** Counts where the kind is `postgres`. */
  readonly postgres: {
    /** `postgres://user:password@host:port/database` */
    readonly url: Redacted.Redacted
    /** At most. */
    readonly maxConnections: number
    /** How long a service that starts waits for a database that does not answer. */
    readonly startTimeout: Duration.Duration
  }
}

export interface ServerSettings {
  /** Threads beside the first that hold sockets and sessions; `auto`: as many as there are cores, but one; none in memory. */
  readonly gateways: number | "auto"
  /** The folder that holds everything the service keeps. */
  readonly data: string
  readonly storage: StorageSettings
  readonly cluster: Cluster.ClusterSettings
  readonly tcp: Tcp.TcpSettings
  /** Where else it listens, beside the host and port of `tcp`. */
  readonly listen: ReadonlyArray<Place>
  readonly tls: Tls.TlsSettings
  readonly http: Http.HttpSettings
  readonly websocket: WebSocket.WebSocketSettings
  /** Pages of the same origins may use it as those of `websocket`. */
  readonly sse: Omit<Sse.SseSettings, "origins">
  readonly api: Api.ApiSettings
  readonly grpc: Grpc.GrpcSettings
  readonly page: Page.PageSettings
  readonly irc: Irc.IrcSettings
  /** Whether it is announced in local networks, by multicast DNS; in public ones it never is. */
  readonly announce: boolean
  readonly mqtt: Mqtt.MqttSettings
  readonly connections: ConnectionLimitSettings
  readonly proxies: Proxies.ProxySettings
  readonly accounts: Accounts.AccountSettings
  readonly accessTokens: AccessTokens.AccessTokenSettings
  readonly oidc: OutsideIssuer.OutsideIssuerSettings
  readonly logins: Logins.LoginThrottleSettings
  readonly files: Files.FileSettings
  readonly fileStore: FileStoreSettings
  readonly fileScan: FileScan.ScanSettings
  readonly history: History.HistorySettings
  readonly hub: Hub.HubSettings
  readonly session: Session.SessionSettings
  readonly transfers: Transfers.TransferSettings
  readonly webhooks: Webhooks.WebhookSettings
  readonly shutdown: ShutdownSettings
  readonly log: Logging.LogSettings
  readonly metrics: Metrics.MetricsSettings
  readonly otlp: Otlp.OtlpSettings
}

/** Whether the bytes of files would be in a folder of each node, where the others do not find them. */
export const filesAreApart = ({ cluster, fileStore }: Pick<ServerSettings, "cluster" | "fileStore">): boolean =>
  cluster.enabled && fileStore.kind === "folder" && fileStore.folder === ""

const { origins: _, ...sseDefaults } = Sse.defaults

export const defaults: ServerSettings = {
  gateways: "auto",
  data: "natter-data",
  storage: {
    kind: "sqlite",
    sqlite: { synchronous: "full" },
    postgres: { url: Redacted.make(""), maxConnections: 10, startTimeout: Duration.minutes(1) },
  },
  cluster: Cluster.defaults,
  tcp: Tcp.defaults,
  listen: [],
  tls: Tls.defaults,
  http: Http.defaults,
  websocket: WebSocket.defaults,
  sse: sseDefaults,
  api: Api.defaults,
  grpc: Grpc.defaults,
  page: Page.defaults,
  irc: Irc.defaults,
  announce: false,
  mqtt: Mqtt.defaults,
  connections: ConnectionLimits.Settings.defaultValue(),
  proxies: Proxies.defaults,
  // Whoever starts a service and signs in may look after it.
  accounts: { ...Accounts.defaults, firstAdministrates: true },
  accessTokens: AccessTokens.defaults,
  oidc: OutsideIssuer.defaults,
  logins: Logins.defaults,
  files: Files.defaults,
  fileStore: { kind: "folder", folder: "", s3: S3.defaults },
  fileScan: FileScan.defaults,
  history: History.defaults,
  hub: Hub.defaults,
  session: { ...Session.defaults, compressor: deflate },
  transfers: Transfers.defaults,
  webhooks: Webhooks.defaults,
  shutdown: { grace: Duration.seconds(20), hardStop: Duration.seconds(30), reconnectWithin: Duration.seconds(5) },
  log: Logging.defaults,
  metrics: Metrics.defaults,
  otlp: Otlp.defaults,
}
