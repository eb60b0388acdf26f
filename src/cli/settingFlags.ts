/** Flags for settings of the service, and loading the settings with them. */
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import { environmentName, flagName, settings } from "../server/ServerConfig.ts"
import * as ServerConfig from "../server/ServerConfig.ts"

type SettingName = keyof typeof settings

// Values are parsed with those from the file and the environment, so that all wrong ones are reported together.
const toFlag = (name: SettingName) => {
  const { about, default: value, flag, kind } = settings[name] as ServerConfig.Setting<unknown>
  return Flag.String(flagName(name)).pipe(
    Flag.withMetavar(flag ?? "VALUE"),
    Flag.withDescription(`${about} (${kind.show(value)}; ${environmentName(name)})`),
    Flag.optional,
  )
}

const configFile = Flag.String("config").pipe(
  Flag.withMetavar("FILE"),
  Flag.withDescription(
    "Config file: YAML, TOML or JSON (natter.yaml, .yml, .toml or .json if there is one; NATTER_CONFIG)",
  ),
  Flag.optional,
)

/** The flags of these settings, and `--config`. */
export const settingFlags = (names: ReadonlyArray<SettingName>) => ({
  settings: Object.fromEntries(names.map((name) => [name, toFlag(name)])),
  config: configFile,
})

/** All settings that have a flag. */
export const allSettingFlags = settingFlags(
  (Object.keys(settings) as Array<SettingName>).filter((name) => "flag" in settings[name]),
)

export interface SettingFlags {
  readonly config: Option.Option<string>
  readonly settings: Readonly<Record<string, Option.Option<string>>>
}

export const loadSettings = (given: SettingFlags) =>
  ServerConfig.load({
    environment: process.env,
    file: Option.getOrUndefined(given.config),
    flags: Record.getSomes(given.settings),
  })
