/** The protocols of others that the service speaks, each where its setting says so. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Irc from "../irc/Irc.ts"
import * as Mqtt from "../mqtt/Mqtt.ts"
import type { Dialect } from "../session/Dialect.ts"
import type { Session } from "../session/Session.ts"
import type { ServerSettings } from "./ServerSettings.ts"

type Settings = Pick<ServerSettings, "irc" | "mqtt">

export const make = ({ irc, mqtt }: Settings): Effect.Effect<ReadonlyArray<Dialect<Session>>, never, Scope.Scope> =>
  Effect.all([...(irc.enabled ? [Effect.succeed(Irc.make(irc))] : []), ...(mqtt.enabled ? [Mqtt.make(mqtt)] : [])])

/** Why a place cannot be listened in, since what is to be spoken there is switched off; undefined where it can. */
export const wrongIn = ({ listen, ...settings }: Settings & Pick<ServerSettings, "listen">): string | undefined => {
  for (const name of ["irc", "mqtt"] as const) {
    if (!settings[name].enabled && listen.some(({ language }) => language === name)) {
      return `listen has a place for ${name}, but ${name}.enabled is off: turn it on, or leave the place out`
    }
  }
  return undefined
}
