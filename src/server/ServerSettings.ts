/** Everything that can be set, with the defaults. */
import * as Duration from "effect/Duration"
import type * as Context from "effect/Context"
import type { Accounts } from "../accounts/Accounts.ts"
import type { LoginThrottle } from "../accounts/LoginThrottle.ts"
import * as History from "../history/HistorySettings.ts"
import * as Redacted from "effect/Redacted"
import * as Hub from "../hub/HubSettings.ts"
import * as Logging from "../observability/Logging.ts"
import * as Session from "../session/SessionSettings.ts"
import type { ConnectionLimitSettings } from "../transport/ConnectionLimits.ts"
import * as Tcp from "../transport/tcp/TcpSettings.ts"
import { deflate } from "../transport/Zlib.ts"

export interface ShutdownSettings {
  /** Time all sessions together have to end. */
  readonly grace: Duration.Duration
  /** After this the process ends, whatever is left. */
  readonly hardStop: Duration.Duration
  /** Sessions are told to come back at a random moment within this window. */
  readonly reconnectWithin: Duration.Duration
}

interface StorageSettings {
  /** `sqlite`: a file in the data folder. `memory`: nothing outlives the process. */
  readonly kind: "sqlite" | "postgres" | "memory"
  /** Counts where the kind is `sqlite`. */
  readonly sqlite: {
    /** With `full`, what is committed survives a power cut; with `normal`, the end of the process. */
    readonly synchronous: "full" | "normal"
  }
  /** Counts where the kind is `postgres`. */
  readonly postgres: {
    /** `postgres://user:password@host:port/database` */
    readonly url: Redacted.Redacted
    /** At most. */
    readonly maxConnections: number
  }
}

export interface ServerSettings {
  /** The folder that holds everything the service keeps. */
  readonly data: string
  readonly storage: StorageSettings
  readonly tcp: Tcp.TcpSettings
  readonly connections: ConnectionLimitSettings
  readonly accounts: Context.Service.Shape<typeof Accounts.Settings>
  readonly logins: Context.Service.Shape<typeof LoginThrottle.Settings>
  readonly history: History.HistorySettings
  readonly hub: Hub.HubSettings
  readonly session: Session.SessionSettings
  readonly shutdown: ShutdownSettings
  readonly log: Logging.LogSettings
}

export const defaults: ServerSettings = {
  data: "natter-data",
  storage: {
    kind: "sqlite",
    sqlite: { synchronous: "full" },
    postgres: { url: Redacted.make(""), maxConnections: 10 },
  },
  tcp: Tcp.defaults,
  connections: { total: 100_000, perAddress: 64 },
  accounts: {
    mode: "open",
    minPasswordLength: 1,
    tokenLifetime: Duration.days(30),
    inviteLifetime: Duration.days(7),
  },
  logins: {
    perAccount: 5,
    perAddress: 20,
    window: Duration.minutes(15),
    exemptLoopback: true,
    maxRemembered: 10_000,
  },
  history: History.defaults,
  hub: Hub.defaults,
  session: { ...Session.defaults, compressor: deflate },
  shutdown: { grace: Duration.seconds(10), hardStop: Duration.seconds(30), reconnectWithin: Duration.seconds(5) },
  log: Logging.defaults,
}
