/** What answers requests over HTTP, beside the transports: the first that takes one answers it. */
import * as Effect from "effect/Effect"
import * as HttpApp from "../http/HttpApp.ts"
import * as Page from "../http/page/Page.ts"
import { ofMode, type Welcome } from "../http/Welcome.ts"
import * as WellKnown from "../http/WellKnown.ts"
import { fileOrigins } from "./internal/fileOrigins.ts"
import type { ServerSettings } from "./ServerSettings.ts"
import { version } from "./version.ts"

type Settings = Pick<ServerSettings, "accounts" | "api" | "files" | "http" | "page" | "websocket"> &
  Partial<Pick<ServerSettings, "fileStore">>

/** They answer until the scope closes. With what is wrong with the page, if anything. */
export const handlers = (settings: Settings) =>
  Effect.gen(function* () {
    const { api, http, page } = settings
    // It asks the API, so there is none without.
    const shown = yield* Page.make({ ...page, enabled: page.enabled && api.enabled }, fileOrigins(settings))
    const requests = yield* Effect.all([HttpApp.make(api, http.filesOrigin, shown, welcome(settings)), WellKnown.make])
    return { requests, problem: shown.problem }
  })

const welcome = ({ accounts, files, page, websocket }: Settings): Welcome => ({
  name: page.name,
  version,
  ...ofMode(accounts.mode),
  minPasswordLength: accounts.minPasswordLength,
  maxFileBytes: files.maxBytes,
  websocket: websocket.path,
})
