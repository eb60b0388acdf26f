/** The protocols of others that the service speaks, each where its setting says so. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Dialect } from "../../session/Dialect.ts"
import type { Session } from "../../session/Session.ts"
import type { ServerSettings } from "../ServerSettings.ts"

export const make = (_: ServerSettings): Effect.Effect<ReadonlyArray<Dialect<Session>>, never, Scope.Scope> =>
  Effect.succeed([])
