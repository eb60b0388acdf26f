/** What answers requests over HTTP, beside the transports: the first that takes one answers it. */
import * as Effect from "effect/Effect"
import type { ClientHandler } from "../transport/http/HttpDoor.ts"
import * as HttpApp from "../http/HttpApp.ts"
import * as Page from "../http/page/Page.ts"
import { ofMode, type Welcome } from "../http/Welcome.ts"
import * as WellKnown from "../http/WellKnown.ts"
import * as Calls from "./internal/calls.ts"
import { fileOrigins } from "./internal/fileOrigins.ts"
import type { ServerSettings } from "./ServerSettings.ts"
import { version } from "./version.ts"

type Settings = Pick<ServerSettings, "accounts" | "api" | "files" | "grpc" | "http" | "page" | "websocket"> &
  Partial<Pick<ServerSettings, "fileStore">>

/**
 * They answer until the scope closes. With what is wrong with the page, if anything, and with who answers streams of HTTP/2,
 * where anybody does.
 */
export const handlers = (settings: Settings) =>
  Effect.gen(function* () {
    const { api, http, page } = settings
    // It asks the API, so there is none without.
    const shown = yield* Page.make({ ...page, enabled: page.enabled && api.enabled }, fileOrigins(settings))
    const [app, keys] = yield* Effect.all([
      HttpApp.make(api, http.filesOrigin, shown, welcome(settings)),
      WellKnown.make,
    ])
    const calls = settings.grpc.enabled ? yield* Calls.make(settings) : undefined
    const others: ReadonlyArray<ClientHandler> = calls === undefined ? [app, keys] : [calls.requests, app, keys]
    return { api: app, requests: others, streams: calls?.streams, problem: shown.problem }
  })

const welcome = ({ accounts, files, page, websocket }: Settings): Welcome => ({
  name: page.name,
  version,
  ...ofMode(accounts.mode),
  minPasswordLength: accounts.minPasswordLength,
  maxFileBytes: files.maxBytes,
  websocket: websocket.path,
})
