import { assert, describe, it } from "@effect/vitest"
import { countOf, obstacle } from "../../../src/server/gateways/count.ts"
import { pack, unpack } from "../../../src/server/gateways/internal/packed.ts"
import { defaults } from "../../../src/server/ServerSettings.ts"

const memory = { ...defaults, storage: { ...defaults.storage, kind: "memory" as const } }
const unix = { language: "any", tls: "maybe", kind: "unix", path: "/run/natter.sock", mode: 0o600 } as const
const cluster = { ...defaults, cluster: { ...defaults.cluster, enabled: true } }

describe("how many threads hold connections", () => {
  it("is one less than there are cores, and none with two", () => {
    assert.deepStrictEqual(
      [1, 2, 3, 4, 8].map((cores) => countOf(defaults, cores)),
      [0, 0, 2, 3, 7],
    )
  })

  it("is what a setting says, whatever cores there are", () => {
    assert.strictEqual(countOf({ ...defaults, gateways: 3 }, 1), 3)
    assert.strictEqual(countOf({ ...defaults, gateways: 0 }, 16), 0)
    // What is kept in memory takes none by itself.
    assert.strictEqual(countOf(memory, 16), 0)
    assert.strictEqual(countOf({ ...memory, gateways: 3 }, 1), 3)
  })

  it("is none where there can be none, and why is said", () => {
    const onlyUnix = { ...defaults, tcp: { ...defaults.tcp, listen: false }, listen: [unix] }
    for (const [settings, why] of [
      [cluster, /cluster/],
      [onlyUnix, /file system/],
    ] as const) {
      assert.strictEqual(countOf(settings, 8), 0)
      assert.match(obstacle(settings) ?? "", why)
    }
    assert.match(obstacle(defaults, "darwin") ?? "", /Linux/)
  })
})

describe("settings that go to another thread", () => {
  it("arrive as they were", () => {
    assert.deepStrictEqual(unpack(structuredClone(pack(defaults))), defaults)
  })
})
