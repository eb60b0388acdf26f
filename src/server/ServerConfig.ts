/**
 * The settings as people write them: in the environment, in a config file and as flags, in that
 * order of increasing force. `docs/CONFIGURATION.md` lists them.
 */
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import * as Redacted from "effect/Redacted"
import type { Rate } from "../domain/TokenBucket.ts"
import { deflate } from "../transport/Zlib.ts"
import { type InForce, load as loadTable } from "./internal/load.ts"
import { allOf, type Values } from "./internal/setting.ts"
import { settings } from "./internal/settings.ts"
import * as Source from "./internal/source.ts"
import { defaults, type ServerSettings } from "./ServerSettings.ts"

export { parseDuration } from "./internal/kind.ts"
export { environmentName, flagName, type Setting } from "./internal/setting.ts"
export { settings } from "./internal/settings.ts"

type SettingValues = Values<typeof settings>

const toServerSettings = (values: SettingValues): ServerSettings => {
  const limit = (burst: number, perSecond: number): Rate | undefined =>
    values["rate-limits"] ? { burst, perSecond } : undefined
  return {
    data: values.data,
    log: { level: values["log.level"], format: values["log.format"] },
    tcp: {
      host: values.host,
      port: values.port,
      backlog: values["tcp.backlog"],
      reusePort: values["tcp.reuse-port"],
      keepAlive: values["tcp.keep-alive"],
    },
    connections: { total: values["connections.total"], perAddress: values["connections.per-address"] },
    accounts: {
      mode: values.accounts,
      minPasswordLength: values["passwords.min-length"],
      tokenLifetime: values["tokens.lifetime"],
      inviteLifetime: values["invites.lifetime"],
    },
    logins: {
      perAccount: values["logins.per-account"],
      perAddress: values["logins.per-address"],
      window: values["logins.window"],
      exemptLoopback: values["logins.exempt-loopback"],
      maxRemembered: values["logins.max-remembered"],
    },
    session: {
      loginTimeout: values["session.login-timeout"],
      writeTimeout: values["session.write-timeout"],
      goodbyeTimeout: values["session.goodbye-timeout"],
      pingAfter: values["heartbeat.ping-after"],
      pongWithin: values["heartbeat.pong-within"],
      frameTimeout: values["frames.timeout"],
      maxFrameBytes: values["frames.max-size"],
      frames: limit(values["frames.burst"], values["frames.per-second"]),
      maxViolations: values["frames.max-violations"],
      compressor: values.compression ? deflate : undefined,
    },
    storage: {
      kind: values.storage,
      sqlite: { synchronous: values["sqlite.synchronous"] },
      postgres: { url: values["postgres.url"], maxConnections: values["postgres.max-connections"] },
    },
    history: {
      ...defaults.history,
      maxAge: values["history.max-age"],
      maxEntries: values["history.max-entries"],
      rememberIds: values["messages.deduplication"],
    },
    hub: {
      outbox: {
        bytes: values["outbox.bytes"],
        frames: values["outbox.frames"],
        shedTyping: values["outbox.shed-typing"],
        shedPresence: values["outbox.shed-presence"],
      },
      presence: {
        grace: values["presence.grace"],
        coalesce: values["presence.coalesce"],
        countOnlyAbove: values["presence.count-only-above"],
      },
      typingInterval: values["typing.interval"],
      channelMailbox: values["channels.mailbox"],
      hubMailbox: values["hub.mailbox"],
      maxChannels: values["channels.max"],
      createOnJoin: values["channels.create-on-join"],
      maxMemberships: values["channels.per-session"],
      channelIdle: values["channels.idle"],
      durability: values["messages.durability"],
      publishing: limit(values["messages.burst"], values["messages.per-second"]),
      maxMessageLength: values["messages.max-length"],
    },
    shutdown: {
      grace: values["shutdown.grace"],
      hardStop: values["shutdown.hard-stop"],
      reconnectWithin: values["shutdown.reconnect-within"],
    },
  }
}

/** The settings from the `ConfigProvider` in force, for programs with a configuration of their own. */
export const config: Config.Config<ServerSettings> = Config.map(allOf(settings), toServerSettings)

/** Settings, and where each value is from. */
export interface Loaded {
  readonly settings: ServerSettings
  readonly inForce: ReadonlyArray<InForce>
}

export interface Given {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** By the names of settings. */
  readonly flags: Readonly<Record<string, string | undefined>>
  /** The config file, named by a flag; otherwise `NATTER_CONFIG` names it, or it has a usual name. */
  readonly file?: string | undefined
}

/** Variables of the environment that begin with `NATTER_` and are no settings: most are for the line client. */
const otherVariables = ["NATTER_CONFIG", "NATTER_NAME", "NATTER_PASSWORD", "NATTER_TOKEN"]

/** Reads the settings. Fails with all that is wrong with them at once. */
export const load = Effect.fnUntraced(function* ({
  environment,
  file,
  flags,
}: Given): Effect.fn.Return<Loaded, Source.ConfigurationError, FileSystem.FileSystem | Path.Path> {
  const found = yield* Source.findFile(file ?? (environment["NATTER_CONFIG"] || undefined))
  const sources = [
    Source.environment(settings, environment, otherVariables),
    ...(found === undefined ? [] : [yield* Source.readFile(settings, found)]),
    Source.flags(flags),
  ]
  const { inForce, values } = yield* loadTable(settings, sources)
  const server = toServerSettings(values)
  const { grace, hardStop } = server.shutdown
  if (Duration.isLessThanOrEqualTo(hardStop, grace)) {
    const problem = `shutdown.hard-stop (${Duration.format(hardStop)}) has to be longer than shutdown.grace (${Duration.format(grace)})`
    return yield* new Source.ConfigurationError({ problems: [problem] })
  }
  const { kind, postgres } = server.storage
  if (kind === "postgres" && Redacted.value(postgres.url) === "") {
    const problem = "storage is postgres, so postgres.url has to say which database: postgres://user:password@host/name"
    return yield* new Source.ConfigurationError({ problems: [problem] })
  }
  return { settings: server, inForce }
})
