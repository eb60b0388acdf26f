import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Link from "../../src/testing/Link.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import * as Place from "../../src/transport/Place.ts"
import { folder } from "../transport/tls/pairs.ts"
import { exact } from "./exactly.ts"
import { unhurried, type World } from "./transportWorld.ts"

/** A server that listens on a socket in the file system as well, by which its clients come. */
export const unix: World = {
  name: "a UNIX socket",
  stream: true,
  addressed: false,
  layer: (settings) =>
    exact(
      Layer.unwrap(
        Effect.map(folder(), ({ at }) => {
          const path = at("natter.sock")
          const listen = Result.getOrThrow(Place.parse(`unix:${path}`))
          return TestServer.layerTcp(unhurried({ ...settings, listen }), Link.unix(path))
        }),
      ),
    ),
}
