/** The service as a process. Loads everything a server needs, so it is imported only to run one. */
import "effect/schema/SchemaJITCompiler/enable"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import { Chat } from "../../chat/Chat.ts"
import { local } from "../../client/Address.ts"
import { NodeCertificates } from "../../cluster/NodeCertificates.ts"
import * as Address from "../../domain/Address.ts"
import * as Logging from "../../observability/Logging.ts"
import * as Meters from "../../observability/Meters.ts"
import * as Otlp from "../../observability/Otlp.ts"
import { ChatServer } from "../../server/ChatServer.ts"
import type { Configuration } from "../../server/ServerConfig.ts"
import type { ServerSettings } from "../../server/ServerSettings.ts"
import { version } from "../../server/version.ts"
import { TlsContext } from "../../transport/tls/TlsContext.ts"
import { hardStop } from "./hardStop.ts"
import * as Reload from "./Reload.ts"
import * as Notifier from "./systemd/Notifier.ts"
import * as Sockets from "./systemd/Sockets.ts"

/** What has no port is a socket in the file system. */
const where = (address: Address.Address): string => (address.port === 0 ? address.host : Address.format(address))

/** The address argument with which a client on this machine reaches the service; empty where it needs none. */
const toReach = ({ host, port }: Address.Address): string => {
  if (port === 0) return `unix:${host} `
  const everywhere = host === "0.0.0.0" || host === "::"
  if (port === local.port && (everywhere || host === local.host)) return ""
  return everywhere ? `:${port} ` : `${Address.format({ host, port })} `
}

/** Where the service keeps its data, for the greeting. */
const keeping = ({ data, storage }: ServerSettings): string => {
  switch (storage.kind) {
    case "sqlite":
      return `keeps its data in ${path.resolve(data)}`
    case "postgres":
      return "keeps its data in Postgres"
    case "memory":
      return "keeps its data in memory: all of it is gone when it ends"
  }
}

/** Where this machine finds it, behind the scheme, with the end of that; undefined where no HTTP may be spoken. */
const near = ({ host, port }: Address.Address, { tcp, tls }: ServerSettings): string | undefined => {
  if (port === 0 || !tcp.listen) return undefined
  const at = Address.format({ host: host === "0.0.0.0" || host === "::" ? local.host : host, port })
  return `${tls.cert === "" ? "" : "s"}://${at}`
}

/** Where its own page is; empty where there is none. */
const page = (near: string | undefined, { api, page }: ServerSettings): string =>
  near !== undefined && api.enabled && page.enabled ? `Open http${near}/ in a browser, or talk` : "Talk"

/** Where other pages find it, and programs. */
const forPages = (near: string | undefined, { api, websocket }: ServerSettings): string => {
  if (near === undefined) return ""
  const docs = api.enabled ? `, and what it can be asked over HTTP is at http${near}/docs` : ""
  return `; pages of your own find it at ws${near}${websocket.path}${docs}`
}

const greeting = (address: Address.Address, settings: ServerSettings): string => {
  const chat = (name: string) => `\`npx natter chat ${toReach(address)}--name ${name}\``
  const at = near(address, settings)
  const talking = `${page(at, settings)} from two other terminals: ${chat("ann")} and ${chat("bob")}`
  return `Natter listens on ${where(address)} and ${keeping(settings)}. ${talking}${forPages(at, settings)}`
}

/** How the settings are read again, and when. */
interface Rereading<R> {
  /** Waits until that is asked for. */
  readonly hangUp: Effect.Effect<void>
  readonly reread: Effect.Effect<Configuration, { readonly message: string }, R>
}

/** Until it is interrupted, an administrator ends it, or what it keeps is somebody else's. */
const running = <R>(
  configuration: Configuration,
  log: Logging.Log,
  notifier: Notifier.Notifier,
  { hangUp, reread }: Rereading<R>,
) => {
  const { settings } = configuration
  return Effect.gen(function* () {
    const { address, ending, lost } = yield* ChatServer
    const { around, directory } = yield* Chat
    const sessions = Effect.map(around.threads?.stats ?? directory.stats, ({ sessions }) => sessions)
    yield* Console.log(greeting(address, settings))
    yield* notifier.ready(sessions)
    // Closed before the server is, so this runs when the drain begins.
    const { hardStop: within } = settings.shutdown
    yield* Effect.addFinalizer(() => Effect.andThen(hardStop(within), notifier.stopping(sessions, within)))
    const tls = yield* TlsContext
    const nodes = yield* NodeCertificates
    const reload = Reload.make(configuration, reread, { tls: tls.reload, nodes: nodes.reload, log: log.adjust })
    const reloading = Effect.andThen(hangUp, notifier.reloading(reload))
    yield* Effect.forkScoped(Effect.forever(reloading, { disableYield: true }))
    return yield* Effect.raceFirst(lost, ending)
  }).pipe(Effect.scoped, Effect.provide(ChatServer.layer(settings)))
}

/** Whoever reads what the service prints may go, and the disk that takes it be full: nobody who talks is to feel that. */
const surviveReaders = Effect.sync(() => {
  for (const output of [process.stdout, process.stderr]) output.on("error", () => {})
})

/** Runs the service until it is interrupted; then it drains. */
export const service = <R>(configuration: Configuration, rereading: Rereading<R>) => {
  const log = Logging.make(configuration.settings.log)
  return Effect.gen(function* () {
    yield* surviveReaders
    const sockets = yield* Sockets.take(process.env, process.pid)
    const notes = [...configuration.notes, ...sockets.notes]
    yield* Effect.forEach(notes, (note) => Effect.logWarning(note), { discard: true })
    const settings = yield* Sockets.settingsWith(configuration, sockets.places)
    const notifier = yield* Notifier.make(process.env, process.pid)
    const service = running({ ...configuration, settings }, log, notifier, rereading)
    const collected = yield* Otlp.logger(settings.otlp, version)
    return yield* collected === undefined ? service : Effect.provide(service, log.with(collected))
  }).pipe(
    Effect.scoped,
    Effect.provide(Meters.layer),
    Effect.onInterrupt(() =>
      Effect.sync(() => {
        process.exitCode = 0
      }),
    ),
    Effect.provide(log.layer),
  )
}
