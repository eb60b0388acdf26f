/** A service with the page as it is built from the sources, and a browser to look at it. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Browser } from "playwright-core"
import { type Settings, TestServer } from "../../src/testing/TestServer.ts"
import * as Chromium from "../browser/Chromium.ts"
import { builtPage } from "./builtPage.ts"

export class Chrome extends Context.Service<Chrome, Browser>()("test/web/Chrome") {
  static readonly layer = Layer.effect(Chrome, Chromium.open)
}

/** The service's settings with the page in them. */
export const withPage = (settings: Settings = {}): Effect.Effect<Settings> =>
  Effect.map(Effect.promise(builtPage), (folder) => ({ ...settings, page: { enabled: true, folder } }))

export const layer = (settings: Settings = {}) =>
  Layer.unwrap(Effect.map(withPage(settings), (complete) => TestServer.layerTcp(complete))).pipe(
    Layer.provideMerge(Chrome.layer),
  )

/** Where people find it. */
export const origin = Effect.map(TestServer, ({ address }) => `http://127.0.0.1:${address!.port}`)
