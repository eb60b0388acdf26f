/** What SIGHUP asks for: the settings and the certificates are read again, and what can change in a running service does. */
import * as Effect from "effect/Effect"
import type { ClusterTlsSettings } from "../../cluster/ClusterSettings.ts"
import type { LogSettings } from "../../observability/Logging.ts"
import type { ServerSettings } from "../../server/ServerSettings.ts"
import * as ServerConfig from "../../server/ServerConfig.ts"
import type { Reloaded } from "../../transport/tls/TlsContext.ts"

/** The parts of a running service that can be given other settings. */
export interface Adjustable {
  readonly tls: (settings: ServerSettings["tls"]) => Effect.Effect<Reloaded>
  /** What nodes show to each other. */
  readonly nodes: (settings: ClusterTlsSettings) => Effect.Effect<Reloaded>
  readonly log: (settings: LogSettings) => void
}

type Configuration = ServerConfig.Configuration

const hasTls = ({ settings }: Configuration): boolean => settings.tls.cert !== ""

const nodesHaveTls = ({ settings: { cluster } }: Configuration): boolean => cluster.enabled && cluster.tls.cert !== ""

const isOfNodes = (name: string): boolean => name.startsWith("cluster.tls-")

/** Of settings that have changed, those that can while the service runs; whether there is TLS at all cannot. */
const canChange = (before: Configuration, after: Configuration) => {
  const own = hasTls(before) && hasTls(after)
  const ofNodes = nodesHaveTls(before) && nodesHaveTls(after)
  return (name: string) => name.startsWith("log.") || (name.startsWith("tls.") && own) || (isOfNodes(name) && ofNodes)
}

const said = (after: Configuration, names: ReadonlyArray<string>): string =>
  names
    .map((name) => `${name} is ${after.inForce.find((setting) => setting.name === name)!.value || "not set"}`)
    .join(", ")

/** Each run of it reads what is there by then. It never fails, and what cannot be used changes nothing. */
export const make = <R>(
  start: Configuration,
  reread: Effect.Effect<Configuration, { readonly message: string }, R>,
  service: Adjustable,
): Effect.Effect<void, never, R> => {
  let running = start

  const adjust = Effect.fnUntraced(function* (read: Configuration) {
    const changed = ServerConfig.differing(running, read)
    const canBe = canChange(running, read)
    const now = changed.filter(canBe)
    const later = changed.filter((name) => !canBe(name))
    const wanted = ServerConfig.withOnly(running, read, now)
    // Asked for in any case: what is in the files may have changed.
    const tls = yield* service.tls(wanted.settings.tls)
    const nodes = yield* service.nodes(wanted.settings.cluster.tls)
    const inForce = now.filter((name) =>
      isOfNodes(name) ? nodes !== "Failed" : tls !== "Failed" || !name.startsWith("tls."),
    )
    running = ServerConfig.withOnly(running, read, inForce)
    service.log(running.settings.log)
    if (inForce.length > 0) yield* Effect.logInfo(`SIGHUP: from now on ${said(read, inForce)}`)
    if (later.length > 0) {
      yield* Effect.logWarning(`SIGHUP: ${said(read, later)} after a restart; the service goes on as it was started`)
    }
    if (changed.length === 0 && tls === "Unchanged" && nodes === "Unchanged")
      yield* Effect.logInfo("SIGHUP: nothing has changed")
  })

  return Effect.matchEffect(reread, {
    onFailure: ({ message }) =>
      Effect.logError(`SIGHUP: the settings stay as they were: ${message.replaceAll("\n", "; ")}`),
    onSuccess: adjust,
  })
}
