/** What answers whoever operates the service, by HTTP: whether it is alive and ready, and its metrics. */
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { Accounts } from "../../accounts/Accounts.ts"
import type { Chat } from "../../chat/Chat.ts"
import * as Otlp from "../../observability/Otlp.ts"
import * as Registry from "../../observability/Registry.ts"
import type { Sessions } from "../../session/Sessions.ts"
import type { ConnectionLimits } from "../../transport/ConnectionLimits.ts"
import * as HealthDoor from "../../transport/http/HealthDoor.ts"
import type { RequestHandler } from "../../transport/http/HttpDoor.ts"
import * as MetricsDoor from "../../transport/http/MetricsDoor.ts"
import type { TlsContext } from "../../transport/tls/TlsContext.ts"
import type { ServerSettings } from "../ServerSettings.ts"
import * as Operating from "../Operating.ts"
import { version } from "../version.ts"

interface Options extends Pick<ServerSettings, "metrics" | "otlp" | "proxies" | "storage"> {
  /** The data folder, where something is kept there. */
  readonly folder: string | undefined
}

/** Until the scope closes. */
export const make = Effect.fnUntraced(function* ({
  folder,
  metrics,
  otlp,
  proxies,
  storage,
}: Options): Effect.fn.Return<
  ReadonlyArray<RequestHandler>,
  never,
  Scope.Scope | Accounts | Chat | Sessions | ConnectionLimits | TlsContext
> {
  const accounts = yield* Accounts
  const { readiness, refresh, source } = yield* Operating.make({ folder, storage: storage.kind })
  yield* Otlp.metrics(otlp, version, source)
  yield* Otlp.traces(otlp, version)
  const fork = yield* FiberSet.makeRuntime()
  const run = (effect: Effect.Effect<void>) => void fork(effect)
  return [
    HealthDoor.make({ readiness, run }),
    MetricsDoor.make({
      settings: metrics,
      proxies,
      text: Effect.map(Effect.andThen(readiness, refresh), () => Registry.text(source)),
      isAdministrator: (token, address) =>
        Effect.match(accounts.authenticate(token, address), {
          onFailure: () => false,
          // A token for some operations is for none beside them.
          onSuccess: ({ scope, user }) => user.role === "admin" && scope === undefined,
        }),
      run,
    }),
  ]
})
