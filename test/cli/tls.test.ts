import { assert, describe, it } from "@effect/vitest"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Address from "../../src/client/Address.ts"
import { type TlsFlags, tlsOptions } from "../../src/cli/tls.ts"
import { authority, folder } from "../transport/tls/pairs.ts"

const ca = authority()
const ann = ca.client("ann")

const options = (address: string, given: { readonly [Name in keyof TlsFlags]?: string }) =>
  tlsOptions(
    {
      ca: Option.fromUndefinedOr(given.ca),
      cert: Option.fromUndefinedOr(given.cert),
      key: Option.fromUndefinedOr(given.key),
    },
    Result.getOrThrow(Address.parse(address)),
  ).pipe(Effect.provide(NodeServices.layer))

describe("the files for TLS", () => {
  it.live("are read where there is TLS", () =>
    Effect.gen(function* () {
      const { at } = yield* folder({ "ca.pem": ca.cert, "ann.pem": ann.cert, "ann.key": ann.key })
      const given = { ca: at("ca.pem"), cert: at("ann.pem"), key: at("ann.key") }
      for (const address of ["tls://host:1", "wss://host"]) {
        assert.deepStrictEqual(yield* options(address, given), { ca: ca.cert, cert: ann.cert, key: ann.key })
        assert.deepStrictEqual(yield* options(address, { ca: given.ca }), { ca: ca.cert })
      }
      assert.deepStrictEqual(yield* options("host:1", {}), {})
    }).pipe(Effect.scoped),
  )

  it.live("are refused with what is wrong with them", () =>
    Effect.gen(function* () {
      const { at } = yield* folder({
        "ca.pem": ca.cert,
        "ann.key": ann.key,
        "half.pem": ann.cert.slice(0, 200),
        "encrypted.key": "-----BEGIN ENCRYPTED PRIVATE KEY-----",
        large: "x".repeat(1024 * 1024 + 1),
      })
      for (const [address, given, message] of [
        ["host:1", { ca: "any" }, "--ca: there is no TLS to host:1, write it as tls://host:port or wss://host"],
        ["ws://host", { cert: "any" }, "--cert: there is no TLS to ws://host"],
        ["unix:/socket", { key: "any" }, "--key: there is no TLS to unix:/socket"],
        ["tls://host:1", { cert: at("ca.pem") }, "--cert and --key belong together: give both"],
        ["tls://host:1", { ca: "any", key: at("ann.key") }, "--cert and --key belong together: give both"],
        ["tls://host:1", { ca: at("none") }, `--ca ${at("none")}: there is no such file`],
        ["tls://host:1", { ca: at(".") }, `--ca ${at(".")}: it cannot be read`],
        ["tls://host:1", { ca: at("large") }, `--ca ${at("large")}: it is longer than 1 MiB`],
        ["tls://host:1", { ca: at("ann.key") }, `--ca ${at("ann.key")}: there is no PEM text of a certificate in it`],
        ["tls://host:1", { cert: at("ca.pem"), key: at("ann.key") }, "--key is not the key of --cert"],
        ["tls://host:1", { cert: at("half.pem"), key: at("ann.key") }, "one of them is damaged"],
        ["tls://host:1", { cert: at("ca.pem"), key: at("encrypted.key") }, "--key: it is encrypted"],
        [
          "tls://host:1",
          { cert: at("ca.pem"), key: at("ca.pem") },
          `--key ${at("ca.pem")}: there is no PEM text of a private key in it`,
        ],
      ] as const) {
        const { userMessage } = yield* Effect.flip(options(address, given))
        assert.include(userMessage, message)
      }
    }).pipe(Effect.scoped),
  )
})
