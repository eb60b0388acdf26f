/** Scenarios by their names and files, and the worlds they are played in. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import { basename, dirname, resolve } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { resolveOwnPackage } from "./ownPackage.ts"
import * as Address from "../../client/Address.ts"
import * as NodeDialer from "../../client/transport/NodeDialer.ts"
import * as LocalWorld from "../../load/LocalWorld.ts"
import * as NodesWorld from "../../load/NodesWorld.ts"
import * as RemoteWorld from "../../load/RemoteWorld.ts"
import type { TlsOptions } from "../../client/transport/TlsOptions.ts"
import { expandHome } from "../../server/ServerConfig.ts"
import * as Scenario from "../../scenario/Scenario.ts"
import type { Transport } from "../../scenario/Transport.ts"
import { variable } from "../identity.ts"
import { type TlsFlags, tlsOptions } from "../tls.ts"
import { explained } from "../userError.ts"
import { type UsageError, usageError } from "./exit.ts"

/** The scenarios that come with the sources. The package has none. */
const folder = fileURLToPath(new URL("../../../scripts/scenarios", import.meta.url))

const names = (): ReadonlyArray<string> =>
  fs.existsSync(folder) ? fs.readdirSync(folder).map((file) => basename(file, ".ts")) : []

const decode = Schema.decodeUnknownEffect(Scenario.Scenario)

/** Bytes of a file of texts, at most. */
const maxTexts = 1024 * 1024

/** The lines of a file, but for those with nothing in them. */
const texts = (file: string): readonly [string, ...Array<string>] => {
  if (fs.statSync(file).size > maxTexts) throw new Error(`${file} has more than 1 MiB of texts`)
  const [first, ...others] = fs
    .readFileSync(file, "utf8")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
  if (first === undefined) throw new Error(`${file} has no text in it`)
  return [first, ...others]
}

const load = (path: string): Effect.Effect<Scenario.Scenario, UsageError> =>
  Effect.tryPromise({
    try: () => {
      resolveOwnPackage()
      return import(pathToFileURL(path).href) as Promise<{ readonly default?: unknown }>
    },
    catch: (cause) =>
      usageError(
        `${path} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}: give a module whose default export is a scenario`,
      ),
  }).pipe(
    Effect.flatMap((module) =>
      Effect.mapError(decode(module.default), (error) =>
        usageError(`${path}: its default export is no scenario, make one with Scenario.make: ${error.message}`),
      ),
    ),
    Effect.flatMap((scenario) => {
      const [problem] = Scenario.problems(scenario)
      return problem === undefined ? Effect.succeed(scenario) : Effect.fail(usageError(`${path}: ${problem}`))
    }),
    Effect.flatMap((scenario) =>
      Effect.try({
        try: () => Scenario.withTexts(scenario, (file) => texts(resolve(dirname(path), file))),
        catch: (cause) => usageError(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`),
      }),
    ),
  )

/** Over what members speak can be said once for all of them. */
export const spoken = (scenario: Scenario.Scenario, transport: Option.Option<Transport>): Scenario.Scenario =>
  Option.isNone(transport) ? scenario : Scenario.over(scenario, () => transport.value)

export const find = (given: string): Effect.Effect<Scenario.Scenario, UsageError> => {
  if (names().includes(given)) return load(`${folder}/${given}.ts`)
  const path = resolve(expandHome(given) ?? given)
  return fs.existsSync(path)
    ? load(path)
    : Effect.fail(usageError(`there is no scenario called ${given}, and no such file: \`natter load list\` lists them`))
}

/** Prints the names of the scenarios that come with the sources. */
export const list = Effect.gen(function* () {
  const known = yield* Effect.forEach(names(), (name) => Effect.map(find(name), ({ about }) => ({ name, about })))
  const width = Math.max(0, ...known.map(({ name }) => name.length))
  yield* Console.log(
    known.length === 0
      ? "No scenarios come along with this installation: give a file that exports one."
      : known.map(({ about, name }) => `${name.padEnd(width)}  ${about}`).join("\n"),
  )
})

/** Settings are those of a service that is started for the scenario: one that is there already keeps its own. */
const notSet = (address: string, { settings }: Scenario.Scenario): Effect.Effect<void> => {
  const names = Object.keys(settings)
  if (names.length === 0) return Effect.void
  return Console.error(
    `The service at ${address} keeps its own settings: ${names.join(", ")} of the scenario is not set`,
  )
}

const addressIn = (text: string): Effect.Effect<Address.Address, UsageError> =>
  Result.match(Address.parse(text), {
    onFailure: (problem) => Effect.fail(usageError(`--address ${text}: ${problem}`)),
    onSuccess: (address) => Effect.succeed(address),
  })

/** A service that somebody else runs. */
export interface Place {
  readonly address: Address.Address
  readonly tls: TlsOptions
}

/**
 * The place that was given, if one was. Tries whether there is a service: where there is none, a scenario of ten minutes
 * would take ten minutes to say so.
 */
export const reach = Effect.fnUntraced(function* (given: TlsFlags & { readonly address: Option.Option<string> }) {
  if (Option.isNone(given.address)) {
    const [first] = (["ca", "cert", "key"] as const).filter((name) => Option.isSome(given[name]))
    return first === undefined
      ? undefined
      : yield* usageError(
          `--${first} goes with --address: a service that is started for the load is reached without TLS`,
        )
  }
  const address = yield* addressIn(given.address.value)
  const tls = yield* tlsOptions(given, address)
  yield* NodeDialer.connect(address, { tls }).pipe(Effect.scoped, explained(address))
  return { address, tls } satisfies Place
})

/** The world of the service at this place, or of one that is started for the scenario. */
export const worldOf = Effect.fnUntraced(function* (place: Place | undefined, scenario: Scenario.Scenario) {
  if (place === undefined) return LocalWorld.layer(scenario)
  yield* notSet(Address.format(place.address), scenario)
  const password = (yield* variable("NATTER_PASSWORD")) ?? "natter-load"
  return RemoteWorld.layer({ ...place, password: Redacted.make(password) })
})

/** The world of so many nodes, which are started for the scenario. */
export const worldOfNodes = Effect.fnUntraced(function* (nodes: number, scenario: Scenario.Scenario) {
  const postgres = yield* variable("NATTER_POSTGRES_URL")
  if (postgres === undefined) {
    return yield* usageError(
      "--nodes needs a Postgres server, on which a database is made for the load: set NATTER_POSTGRES_URL to postgres://user:password@host:port/database",
    )
  }
  if (!URL.canParse(postgres)) return yield* usageError("NATTER_POSTGRES_URL is no address of a database")
  return NodesWorld.layer(scenario, { nodes, postgres: Redacted.make(postgres) })
})
