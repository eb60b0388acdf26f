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
import * as Place from "../transport/Place.ts"
import type { FieldSetting } from "./internal/field.ts"
import { expandHome } from "./internal/home.ts"
import { path } from "./internal/kind.ts"
import { load as loadTable, type SettingInForce } from "./internal/load.ts"
import { allOf, type Values } from "./internal/setting.ts"
import { settings } from "./internal/settings.ts"
import * as Source from "./internal/source.ts"
import * as Dialects from "./Dialects.ts"
import * as Gateways from "./gateways/count.ts"
import { defaults, type ServerSettings } from "./ServerSettings.ts"

export { isForeign } from "./internal/foreign.ts"
export { expandHome } from "./internal/home.ts"
export { parseDuration } from "./internal/kind.ts"
export { environmentName, flagName, type Setting } from "./internal/setting.ts"
export { settings } from "./internal/settings.ts"

/** Puts each value where its setting says. */
const toServerSettings = (values: Values): ServerSettings =>
  Object.entries<FieldSetting<unknown>>(settings).reduce(
    (result, [name, setting]) => setting.put(values[name], result),
    defaults,
  )

/** The settings from the `ConfigProvider` in force, for programs with a configuration of their own. */
export const config: Config.Config<ServerSettings> = Config.map(allOf(settings), toServerSettings)

/** Settings, and where each value is from. */
export interface Configuration {
  readonly settings: ServerSettings
  readonly inForce: ReadonlyArray<SettingInForce>
  /** What was given and does not count, though it is no mistake: lines to show at start. */
  readonly notes: ReadonlyArray<string>
  /** Secrets, too. */
  readonly values: Values
}

const all = Object.entries<FieldSetting<unknown>>(settings)

/** The names of the settings that have another value in the other one. */
export const differing = (one: Configuration, other: Configuration): ReadonlyArray<string> =>
  all.flatMap(([name, { kind }]) => (kind.show(one.values[name]) === kind.show(other.values[name]) ? [] : [name]))

/** The first, with what these settings are in the other. */
export const withOnly = (one: Configuration, other: Configuration, names: ReadonlyArray<string>): Configuration => {
  const values = { ...one.values, ...Object.fromEntries(names.map((name) => [name, other.values[name]])) }
  const inForce = one.inForce.map((setting, at) => (names.includes(setting.name) ? other.inForce[at]! : setting))
  return { ...one, inForce, values, settings: toServerSettings(values) }
}

/** What settings are read from. */
export interface Sources {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** By the names of settings. */
  readonly flags: Readonly<Record<string, string | undefined>>
  /** The config file, named by a flag; otherwise `NATTER_CONFIG` names it, or it has a usual name. */
  readonly file?: string | undefined
}

/** Variables of the environment that begin with `NATTER_` and are no settings: most are for the line client. */
const otherVariables = ["NATTER_CONFIG", "NATTER_NAME", "NATTER_PASSWORD", "NATTER_TOKEN"]

/** The config file that a flag or else the environment names. */
const namedFile = (flag: string | undefined, variable: string | undefined) => {
  const named = flag ?? variable
  const file = named === undefined ? undefined : expandHome(named)
  if (named === undefined || (file !== undefined && file.trim() !== "")) return Effect.succeed(file)
  const place = flag === undefined ? "NATTER_CONFIG" : "--config"
  const problem = `config: ${JSON.stringify(named)} (from ${place}) is not allowed: it has to be ${path.allowed}`
  return Effect.fail(new Source.ConfigurationError({ problems: [problem] }))
}

/** Reads the settings. Fails with all that is wrong with them at once. */
export const load = Effect.fnUntraced(function* ({
  environment,
  file,
  flags,
}: Sources): Effect.fn.Return<Configuration, Source.ConfigurationError, FileSystem.FileSystem | Path.Path> {
  const found = yield* Source.findFile(yield* namedFile(file, environment["NATTER_CONFIG"]))
  const sources = [
    Source.environment(settings, environment, otherVariables),
    ...(found === undefined ? [] : [yield* Source.readFile(settings, found)]),
    Source.flags(flags),
  ]
  return yield* fromSources(sources)
})

/**
 * Settings that a program names, by their names in docs/CONFIGURATION.md; `place` is what they are called where something
 * is wrong with them. Those of `otherwise` hold where they say nothing.
 */
export const named = (
  place: string,
  given: Readonly<Record<string, string>>,
  otherwise: Readonly<Record<string, string>> = {},
): Effect.Effect<ServerSettings, Source.ConfigurationError> =>
  Effect.map(
    fromSources([Source.flags(otherwise), Source.parsedFile(settings, place, given)]),
    ({ settings }) => settings,
  )

/** What of the settings of TLS does not go together. */
const wrongInTls = ({ listen, tls }: ServerSettings): string | undefined => {
  const { cert, clientCa, clientCertificates, key } = tls
  if (cert !== "" && key === "") return "tls.cert is given without tls.key: name the file of its private key, too"
  if (cert === "" && key !== "") return "tls.key is given without tls.cert: name the file of its certificate, too"
  const secure = listen.find(({ tls }) => tls === "always")
  if (secure !== undefined && cert === "") {
    return `listen has ${Place.show([secure])}, which takes tls.cert and tls.key; \`natter cert\` makes what development needs`
  }
  if (clientCertificates === "off") return undefined
  if (cert === "") return `tls.client-certificates is ${clientCertificates}, which takes tls.cert and tls.key`
  if (clientCa === "") {
    return `tls.client-certificates is ${clientCertificates}, so tls.client-ca has to say who certifies clients`
  }
  return undefined
}

/** What of the settings of an issuer outside does not go together. */
const wrongInOidc = ({ accessTokens, oidc }: ServerSettings): string | undefined => {
  if (oidc.issuer === "") return undefined
  if (oidc.audience === "") {
    return "oidc.issuer is given without oidc.audience: say what tokens have to be for, or those for anybody would be taken"
  }
  return oidc.issuer === accessTokens.issuer
    ? "oidc.issuer is what access-tokens.issuer says: give the service's own tokens another name"
    : undefined
}

/** What of the settings of a bucket does not go together. */
const wrongInBucket = ({ fileStore: { kind, s3 } }: ServerSettings): string | undefined => {
  if (kind === "s3" && s3.bucket === "") return "files.store is s3, so bucket.name has to say which bucket"
  return (s3.accessKey === "") === (Redacted.value(s3.secretKey) === "")
    ? undefined
    : "bucket.access-key and bucket.secret-key go together: give both, or neither"
}

/** What of the settings of a cluster does not go together. */
const wrongInCluster = ({ cluster: { address, enabled, tls }, storage }: ServerSettings): string | undefined => {
  if (!enabled) return undefined
  if (storage.kind !== "postgres") {
    return `cluster.enabled is on, which takes a database that all nodes share: set storage to postgres, and postgres.url (storage is ${storage.kind})`
  }
  if (address === "") {
    return "cluster.enabled is on, so cluster.address has to say where the other nodes reach this one: HOST:PORT, as 10.0.0.5:7001"
  }
  const given = [tls.cert, tls.key, tls.ca].filter((file) => file !== "").length
  return given === 0 || given === 3
    ? undefined
    : "cluster.tls-cert, cluster.tls-key and cluster.tls-ca go together: give all three, or none"
}

/** Why there can be no threads for connections, where somebody asks for some. */
const wrongInGateways = (server: ServerSettings): string | undefined => {
  if (server.gateways === "auto" || server.gateways === 0) return undefined
  const why = Gateways.obstacle(server)
  return why === undefined ? undefined : `gateways is ${server.gateways}, but ${why}`
}

const fromSources = Effect.fnUntraced(function* (
  sources: ReadonlyArray<Source.Source>,
): Effect.fn.Return<Configuration, Source.ConfigurationError> {
  const { inForce, notes, values } = yield* loadTable(settings, sources)
  const server = toServerSettings(values)
  const { grace, hardStop } = server.shutdown
  if (Duration.isLessThanOrEqualTo(hardStop, grace)) {
    const problem = `shutdown.hard-stop (${Duration.format(hardStop)}) has to be longer than shutdown.grace (${Duration.format(grace)})`
    return yield* new Source.ConfigurationError({ problems: [problem] })
  }
  const main: Place.Place = { ...Place.everything, kind: "tcp", host: server.tcp.host, port: server.tcp.port }
  const same = server.tcp.listen ? server.listen.find((place) => Place.overlap(main, place)) : undefined
  if (same !== undefined) {
    const problem = `listen: ${Place.format(same)} cannot be listened on beside ${Place.format(main)}, which is what host and port say: leave it out, set another port, or turn tcp.listen off`
    return yield* new Source.ConfigurationError({ problems: [problem] })
  }
  const { kind, postgres } = server.storage
  if (kind === "postgres" && Redacted.value(postgres.url) === "") {
    const problem = "storage is postgres, so postgres.url has to say which database: postgres://user:password@host/name"
    return yield* new Source.ConfigurationError({ problems: [problem] })
  }
  const wrong =
    wrongInTls(server) ??
    wrongInOidc(server) ??
    wrongInBucket(server) ??
    wrongInCluster(server) ??
    Dialects.wrongIn(server) ??
    wrongInGateways(server)
  if (wrong !== undefined) return yield* new Source.ConfigurationError({ problems: [wrong] })
  return { settings: server, inForce, notes, values }
})
