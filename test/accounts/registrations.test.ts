import { assert, describe, it } from "@effect/vitest"
import { Registrations } from "../../src/accounts/internal/registrations.ts"

describe("registrations from an address", () => {
  it("are a few at once, then as many an hour as is set", () => {
    const registrations = new Registrations({ burst: 2, perHour: 60 })
    const at = (now: number) => registrations.take("192.0.2.1", now)
    assert.deepStrictEqual([at(0), at(0), at(0)], [0, 0, 60_000])
    assert.strictEqual(at(30_000), 30_000)
    assert.deepStrictEqual([at(60_000), at(60_000)], [0, 60_000])
  })

  it("are not counted by who only asks", () => {
    const registrations = new Registrations({ burst: 1, perHour: 60 })
    for (let n = 0; n < 5; n++) assert.strictEqual(registrations.wait("192.0.2.1", 0), 0)
    assert.strictEqual(registrations.take("192.0.2.1", 0), 0)
    assert.strictEqual(registrations.wait("192.0.2.1", 0), 60_000)
    assert.strictEqual(registrations.wait("192.0.2.1", 45_000), 15_000)
  })

  it("are those of its network, where a machine has many, and nobody else's", () => {
    const registrations = new Registrations({ burst: 1, perHour: 60 })
    assert.strictEqual(registrations.take("2001:db8::1", 0), 0)
    assert.strictEqual(registrations.take("2001:db8::2", 0), 60_000)
    assert.strictEqual(registrations.take("2001:db8:0:1::1", 0), 0)
  })

  it("are not counted where there is no limit", () => {
    const registrations = new Registrations(undefined)
    for (let n = 0; n < 100; n++) assert.strictEqual(registrations.take("192.0.2.1", 0), 0)
    assert.strictEqual(registrations.wait("192.0.2.1", 0), 0)
  })

  it("are remembered of the ten thousand addresses that tried last", () => {
    const registrations = new Registrations({ burst: 1, perHour: 60 })
    const taken = (n: number) => registrations.take(`10.0.${n >> 8}.${n & 255}`, 0) > 0
    for (let n = 0; n < 10_000; n++) assert.isFalse(taken(n))
    // All of them are still known, and the first is no longer the oldest.
    assert.isTrue(taken(0))
    assert.isFalse(taken(10_000))
    assert.isTrue(taken(0))
    assert.isTrue(taken(2))
    assert.isFalse(taken(1))
  })
})
