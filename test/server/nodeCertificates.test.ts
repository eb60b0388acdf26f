import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { NodeCertificates } from "../../src/cluster/NodeCertificates.ts"
import { watched } from "../../src/server/internal/nodeCertificates.ts"
import { defaults } from "../../src/server/ServerSettings.ts"
import { eventually } from "../suites/transportWorld.ts"
import { folder } from "../transport/tls/pairs.ts"

describe("the certificates of a node", () => {
  it.live("are read again when their files have changed, from where they are by then", () =>
    Effect.gen(function* () {
      const { at, write } = yield* folder({ "node.pem": "a", "node.key": "a", "ca.pem": "a", "other.pem": "a" })
      const settings = { cert: at("node.pem"), key: at("node.key"), ca: at("ca.pem") }
      const other = { ...settings, cert: at("other.pem") }
      const read: Array<string> = []
      const certificates = {
        current: () => undefined,
        onChange: () => {},
        reload: ({ cert }: typeof settings) => Effect.sync(() => (read.push(cert), "Changed" as const)),
      }
      const layer = watched({
        cluster: { ...defaults.cluster, tls: settings },
        tls: { ...defaults.tls, watch: true, watchEvery: Duration.millis(5) },
      }).pipe(Layer.provideMerge(Layer.succeed(NodeCertificates, certificates)))
      yield* Effect.gen(function* () {
        const { reload } = yield* NodeCertificates
        yield* eventually(
          "they are looked at once",
          Effect.sync(() => read.length === 1),
        )
        write("ca.pem", "another")
        yield* eventually(
          "they are read again",
          Effect.sync(() => read.length === 2),
        )
        assert.strictEqual(yield* reload(other), "Changed")
        write("other.pem", "another")
        yield* eventually(
          "the other file is read",
          Effect.sync(() => read.length === 4),
        )
        assert.deepStrictEqual(read, [settings.cert, settings.cert, other.cert, other.cert])
      }).pipe(Effect.provide(layer))
    }).pipe(Effect.scoped),
  )
})
