import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { networkInterfaces } from "node:os"
import { Partition } from "../../src/hub/nodes/Partition.ts"
import { freePort } from "../../src/load/FreePort.ts"
import { join, makeWorld, until } from "./engines.ts"

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"))

describe.skipIf(!hasIpv6)("nodes at addresses of IPv6", () => {
  it.live(
    "are linked, and agree on who owns what",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld
        const at = Effect.map(freePort("::1"), (port) => ({ address: `[::1]:${port}` }))
        const one = yield* join(world, yield* at)
        const other = yield* join(world, yield* at)
        yield* until(() => one.linked.has(other.nodes.self) && other.linked.has(one.nodes.self))
        assert.isTrue(one.nodes.send(other.nodes.self, { type: "Brought", request: 1 }))
        yield* until(() => other.received.length === 1)
        for (let n = 0; n < 16; n++) {
          const partition = Partition.make(n)
          assert.deepStrictEqual(yield* one.nodes.ownerOf(partition), yield* other.nodes.ownerOf(partition))
        }
      }).pipe(Effect.scoped),
    60_000,
  )
})
