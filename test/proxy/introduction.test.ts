import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { networkInterfaces } from "node:os"
import { Proxy } from "../../src/proxy/Proxy.ts"
import { ProxyHeader } from "../../src/transport/address/ProxyHeader.ts"
import { open } from "./fixture.ts"
import { upstream } from "./forwarding.ts"

const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"))

describe("a proxy that introduces its clients", () => {
  for (const introduce of ["v1", "v2"] as const) {
    for (const host of ["127.0.0.1", ...(hasIPv6 ? ["::1"] : [])]) {
      it.live(`says who they are by version ${introduce} of the PROXY protocol, from ${host}`, () =>
        Effect.gen(function* () {
          const there = yield* upstream((raw, heard) => {
            if (heard.endsWith("hello")) raw.write("yes")
          })
          const target = { host: "127.0.0.1", port: there.port }
          const proxy = yield* Proxy.make({ target, introduce, listen: { host, port: 0 } })
          const client = yield* open(proxy.address)
          client.raw.write("hello")
          yield* client.until("yes")
          const found = new ProxyHeader().push(Buffer.from(there.heard[0]!(), "latin1"))
          assert.deepStrictEqual(found, {
            _tag: "Header",
            source: { host, port: client.raw.localPort },
            rest: new Uint8Array(Buffer.from("hello")),
          } as typeof found)
          // It is none of what was carried.
          assert.strictEqual((yield* proxy.state).counters.up, 5)
        }),
      )
    }
  }

  if (hasIPv6) {
    it.live("says IPv4 of a client that comes by IPv4 to a port for both", () =>
      Effect.gen(function* () {
        const there = yield* upstream((raw) => raw.write("yes"))
        const target = { host: "127.0.0.1", port: there.port }
        const proxy = yield* Proxy.make({ target, introduce: "v1", listen: { host: "::", port: 0 } })
        const client = yield* open({ host: "127.0.0.1", port: proxy.address.port })
        yield* client.until("yes")
        assert.strictEqual(
          there.heard[0]!(),
          `PROXY TCP4 127.0.0.1 127.0.0.1 ${client.raw.localPort} ${proxy.address.port}\r\n`,
        )
      }),
    )
  }
})
