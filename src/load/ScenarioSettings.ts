/** The settings that a scenario asks for: they hold for its service, or the scenario is refused. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Scenario } from "../scenario/Scenario.ts"
import { named } from "../server/ServerConfig.ts"
import type { ServerSettings } from "../server/ServerSettings.ts"
import { LoadError } from "./LoadError.ts"

/** Where nothing else is said, members are guests without rate limits. All other settings are the defaults of the service. */
export const otherwise = { accounts: "guest", "rate-limits": "off" }

/** Of all members. Guests need none; where the scenario wants accounts, they are registered with it. */
export const password = Redacted.make("natter-load")

/** What no scenario can choose, and why. */
interface Fixed {
  readonly names: RegExp
  readonly because: string
}

/** Of a service that is started for a scenario. */
const ours: Fixed = {
  names: /^(host|port|listen|data|log\.format|websocket\.path|sse\.path)$/,
  because: "the load chooses it itself",
}

/** Of a service in a simulation. */
const unreal: Fixed = {
  names: /^(storage|compression|(sqlite|postgres|log|tcp|tls|http|websocket|sse|proxies)\..*)$/,
  because: "a simulation has no such thing",
}

const target = "the scenario is refused"
const place = "its settings"

const checked = Effect.fnUntraced(function* (
  { settings }: Pick<Scenario, "settings">,
  fixed: ReadonlyArray<Fixed>,
): Effect.fn.Return<ServerSettings, LoadError> {
  const found = yield* Effect.mapError(
    named(place, settings, otherwise),
    ({ problems }) => new LoadError({ target, reason: problems.join("; ") }),
  )
  for (const name of Object.keys(settings)) {
    const reason = fixed.find(({ names }) => names.test(name))
    if (reason !== undefined) return yield* new LoadError({ target, reason: `${place}: ${name}: ${reason.because}` })
  }
  return found
})

/** As a simulated service has them. */
export const simulated = (scenario: Pick<Scenario, "settings">): Effect.Effect<ServerSettings, LoadError> =>
  checked(scenario, [ours, unreal])

/** As the config file of a service says them that is started for the scenario. */
export const configFile = (scenario: Pick<Scenario, "settings">): Effect.Effect<string, LoadError> =>
  Effect.as(checked(scenario, [ours]), JSON.stringify({ ...otherwise, ...scenario.settings }))
