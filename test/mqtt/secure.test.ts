import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { files, trust } from "../suites/secureWorlds.ts"
import { authority } from "../transport/tls/pairs.ts"
import { connect, layer } from "./world.ts"

const clients = authority()
const clientCa = path.join(path.dirname(files.cert), "clients-of-mqtt.pem")
fs.writeFileSync(clientCa, clients.cert)

describe("MQTT in TLS", () => {
  it.live("is told by its first byte on the same port", () =>
    Effect.gen(function* () {
      const ann = yield* connect({ protocol: "mqtts", ...trust })
      yield* ann.subscribe("natter/den")
      yield* ann.publish("natter/den", "hello")
      assert.strictEqual((yield* ann.next).text, "hello")
    }).pipe(Effect.scoped, Effect.provide(layer({ tls: files }))),
  )

  it.live("knows by a certificate whose client it is, and lets it do without a password", () =>
    Effect.gen(function* () {
      // The account has to be there.
      yield* connect({ protocol: "mqtts", ...trust })
      const certified = { protocol: "mqtts", ...trust, password: undefined } as const
      const ann = yield* connect({ ...certified, ...clients.client("ann"), username: undefined })
      yield* ann.subscribe("natter/den")
      yield* ann.publish("natter/den", "hello")
      const { packet } = yield* ann.next
      assert.strictEqual(packet.properties?.userProperties?.["author"], "ann")
      const refused = yield* Effect.flip(connect({ ...certified, ...clients.client("ann"), username: "bob" }))
      assert.include(refused.message, "Connection refused")
      const nobody = yield* Effect.flip(connect({ ...certified, username: undefined }))
      assert.include(nobody.message, "Connection refused")
    }).pipe(Effect.scoped, Effect.provide(layer({ tls: { ...files, clientCa, clientCertificates: "optional" } }))),
  )
})
