import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { files, trust } from "../suites/secureWorlds.ts"
import { connect, layer } from "./world.ts"

describe("MQTT in TLS", () => {
  it.live("is told by its first byte on the same port", () =>
    Effect.gen(function* () {
      const ann = yield* connect({ protocol: "mqtts", ...trust })
      yield* ann.subscribe("natter/den")
      yield* ann.publish("natter/den", "hello")
      assert.strictEqual((yield* ann.next).text, "hello")
    }).pipe(Effect.scoped, Effect.provide(layer({ tls: files }))),
  )
})
