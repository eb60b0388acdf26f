/** What answers requests over HTTP, beside the transports: the first that takes one answers it. */
import * as Effect from "effect/Effect"
import * as HttpApp from "../http/HttpApp.ts"
import * as WellKnown from "../http/WellKnown.ts"
import type { ServerSettings } from "./ServerSettings.ts"

/** They answer until the scope closes. */
export const handlers = ({ api, http }: Pick<ServerSettings, "api" | "http">) =>
  Effect.all([HttpApp.make(api, http.filesOrigin), WellKnown.make])
