/** The certificate of the service, in all threads that have connections. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { TlsContext } from "../../transport/tls/TlsContext.ts"
import { Gateways } from "../gateways/Gateways.ts"
import type { ServerSettings } from "../ServerSettings.ts"

export const certificates = (settings: ServerSettings["tls"]) =>
  Layer.effect(
    TlsContext,
    Effect.gen(function* () {
      const tls = yield* TlsContext
      const gateways = Option.getOrUndefined(yield* Effect.serviceOption(Gateways))
      if (gateways === undefined) return tls
      return TlsContext.of({
        ...tls,
        reload: (settings) => Effect.tap(tls.reload(settings), () => gateways.reload(settings)),
      })
    }),
  ).pipe(Layer.provide(TlsContext.layer(settings)))
