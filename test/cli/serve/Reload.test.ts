import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Reload from "../../../src/cli/serve/Reload.ts"
import * as ServerConfig from "../../../src/server/ServerConfig.ts"
import type { ServerSettings } from "../../../src/server/ServerSettings.ts"
import type { Reloaded } from "../../../src/transport/tls/TlsContext.ts"

type Environment = Readonly<Record<string, string>>

const read = (environment: Environment) =>
  Effect.provide(ServerConfig.load({ environment, flags: { port: "7" } }), NodeServices.layer)

const tls = { NATTER_TLS_CERT: "cert.pem", NATTER_TLS_KEY: "key.pem" }

/** A service that was started with these settings. */
const world = (start: Environment) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    const service = {
      environment: start,
      tls: [] as Array<ServerSettings["tls"]>,
      nodes: [] as Array<string>,
      ofNodes: "Unchanged" as Reloaded,
      log: [] as Array<string>,
      answer: "Unchanged" as Reloaded,
    }
    const reload = Reload.make(
      yield* read(start),
      Effect.suspend(() => read(service.environment)),
      {
        tls: (settings) => Effect.sync(() => (service.tls.push(settings), service.answer)),
        nodes: ({ cert }) => Effect.sync(() => (service.nodes.push(cert), service.ofNodes)),
        log: ({ format, level }) => void service.log.push(`${level} ${format}`),
      },
    )
    const logger = Logger.make(({ logLevel, message }) => void lines.push(`${logLevel}: ${String(message)}`))
    return {
      service,
      /** What is logged, with these settings there. */
      reload: (environment: Environment, answer: Reloaded = "Unchanged") =>
        Effect.suspend(() => {
          Object.assign(service, { environment, answer })
          return Effect.map(Effect.provide(reload, Logger.layer([logger])), () => lines.splice(0))
        }),
    }
  })

describe("SIGHUP", () => {
  it.effect("says when nothing has changed, and has the certificates looked at all the same", () =>
    Effect.gen(function* () {
      const { reload, service } = yield* world(tls)
      assert.deepStrictEqual(yield* reload(tls), ["Info: SIGHUP: nothing has changed"])
      assert.lengthOf(service.tls, 1)
      // What has changed about them they say themselves.
      assert.deepStrictEqual(yield* reload(tls, "Changed"), [])
      assert.deepStrictEqual(yield* reload(tls, "Failed"), [])
    }),
  )

  it.effect("changes what can be changed, and says what takes a restart each time", () =>
    Effect.gen(function* () {
      const { reload, service } = yield* world(tls)
      const other = {
        ...tls,
        NATTER_LOG_LEVEL: "debug",
        NATTER_TLS_MIN_VERSION: "1.3",
        NATTER_TLS_PASSPHRASE: "secret",
        NATTER_DATA: "elsewhere",
        NATTER_POSTGRES_URL: "postgres://ann:secret@localhost/natter",
        // The flag is stronger.
        NATTER_PORT: "8",
      }
      const later =
        "Warn: SIGHUP: data is elsewhere, postgres.url is <redacted> after a restart; the service goes on as it was started"
      assert.deepStrictEqual(yield* reload(other, "Changed"), [
        "Info: SIGHUP: from now on log.level is debug, tls.passphrase is <redacted>, tls.min-version is 1.3",
        later,
      ])
      assert.deepStrictEqual(service.log, ["debug auto"])
      assert.strictEqual(service.tls[0]!.minVersion, "1.3")
      assert.strictEqual(Redacted.value(service.tls[0]!.passphrase), "secret")
      assert.deepStrictEqual(yield* reload(other), [later])
      assert.deepStrictEqual(yield* reload(tls), [
        "Info: SIGHUP: from now on log.level is info, tls.passphrase is <redacted>, tls.min-version is 1.2",
      ])
    }),
  )

  it.effect("tries again what could not be used", () =>
    Effect.gen(function* () {
      const { reload, service } = yield* world(tls)
      const other = { ...tls, NATTER_TLS_CERT: "other.pem", NATTER_LOG_FORMAT: "json" }
      assert.deepStrictEqual(yield* reload(other, "Failed"), ["Info: SIGHUP: from now on log.format is json"])
      assert.deepStrictEqual(yield* reload(other, "Changed"), ["Info: SIGHUP: from now on tls.cert is other.pem"])
      assert.deepStrictEqual(
        service.tls.map(({ cert }) => cert),
        ["other.pem", "other.pem"],
      )
    }),
  )

  it.effect("has the certificates of nodes read again, from other files if these are said", () =>
    Effect.gen(function* () {
      const nodes = {
        NATTER_STORAGE: "postgres",
        NATTER_POSTGRES_URL: "postgres://ann:secret@localhost/natter",
        NATTER_CLUSTER_ENABLED: "on",
        NATTER_CLUSTER_ADDRESS: "127.0.0.1:7001",
        NATTER_CLUSTER_TLS_CERT: "node.pem",
        NATTER_CLUSTER_TLS_KEY: "node.key",
        NATTER_CLUSTER_TLS_CA: "ca.pem",
      }
      const { reload, service } = yield* world(nodes)
      service.ofNodes = "Changed"
      assert.deepStrictEqual(yield* reload(nodes), [])
      const other = { ...nodes, NATTER_CLUSTER_TLS_CERT: "other.pem", NATTER_CLUSTER_LISTEN: "127.0.0.1:7002" }
      const later =
        "Warn: SIGHUP: cluster.listen is 127.0.0.1:7002 after a restart; the service goes on as it was started"
      service.ofNodes = "Failed"
      assert.deepStrictEqual(yield* reload(other), [later])
      service.ofNodes = "Changed"
      assert.deepStrictEqual(yield* reload(other), ["Info: SIGHUP: from now on cluster.tls-cert is other.pem", later])
      assert.deepStrictEqual(service.nodes, ["node.pem", "other.pem", "other.pem"])
      // What is for one node stays, and no TLS begins.
      const { reload: again, service: alone } = yield* world({})
      yield* again({ NATTER_CLUSTER_TLS_CERT: "node.pem", NATTER_CLUSTER_TLS_KEY: "k", NATTER_CLUSTER_TLS_CA: "c" })
      assert.deepStrictEqual(alone.nodes, [""])
    }),
  )

  it.effect("begins and ends no TLS", () =>
    Effect.gen(function* () {
      const off = yield* world({})
      assert.deepStrictEqual(yield* off.reload(tls), [
        "Warn: SIGHUP: tls.cert is cert.pem, tls.key is key.pem after a restart; the service goes on as it was started",
      ])
      const on = yield* world(tls)
      assert.match((yield* on.reload({})).join(), /^Warn: SIGHUP: tls\.cert is none, tls\.key is none after a restart/)
      assert.deepStrictEqual(
        [...off.service.tls, ...on.service.tls].map(({ cert }) => cert),
        ["", "cert.pem"],
      )
    }),
  )

  it.effect("changes nothing where a setting is wrong", () =>
    Effect.gen(function* () {
      const { reload, service } = yield* world({})
      const [line, ...others] = yield* reload({ NATTER_LOG_LEVEL: "debug", NATTER_DATA: "", NATTER_PROT: "1" })
      assert.deepStrictEqual(others, [])
      assert.match(line!, /^Error: SIGHUP: the settings stay as they were: .*NATTER_PROT.*; data: /)
      assert.deepStrictEqual([service.tls, service.log], [[], []])
      assert.deepStrictEqual(yield* reload({}), ["Info: SIGHUP: nothing has changed"])
    }),
  )
})
