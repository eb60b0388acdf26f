import { assert, describe, it } from "@effect/vitest"
import { Admissions } from "../../src/transport/internal/Admissions.ts"
import * as SharedCounts from "../../src/transport/SharedCounts.ts"

const counters = () => SharedCounts.make(3, 12345)
const bounds = { total: 10, perAddress: 4, refusals: 256 }
const admissions = (shared: SharedCounts.SharedCounters, place: number, more: Partial<typeof bounds> = {}) =>
  new Admissions({ ...bounds, ...more }, () => {}, SharedCounts.countsOf(shared, place))

describe("connections that several threads count together", () => {
  it("are as many of one address as it may have, whichever threads have them", () => {
    const shared = counters()
    const [one, other] = [admissions(shared, 0), admissions(shared, 1)]
    for (const thread of [one, other, other, one]) assert.strictEqual(thread.admit("192.0.2.1"), "Admitted")
    assert.strictEqual(one.admit("192.0.2.1"), "TooManyConnections")
    assert.strictEqual(other.admit("192.0.2.1"), "TooManyConnections")
    assert.strictEqual(other.admit("192.0.2.2"), "Admitted")
    one.release("192.0.2.1", "Admitted")
    assert.strictEqual(other.admit("192.0.2.1"), "Admitted")
  })

  it("are as many as there may be in all", () => {
    const shared = counters()
    const threads = [0, 1, 2].map((place) => admissions(shared, place))
    for (let n = 0; n < bounds.total; n++) assert.strictEqual(threads[n % 3]!.admit(`192.0.2.${n}`), "Admitted")
    for (const thread of threads) assert.strictEqual(thread.admit("192.0.2.99"), "ServerFull")
    assert.strictEqual(threads[0]!.taken, 4)
  })

  it("are forgotten with their thread", () => {
    const shared = counters()
    const [one, other] = [admissions(shared, 0), admissions(shared, 1)]
    for (let n = 0; n < 3; n++) other.admit("192.0.2.1")
    one.admit("192.0.2.1")
    assert.strictEqual(one.admit("192.0.2.1"), "TooManyConnections")
    SharedCounts.forget(shared, 1)
    for (let n = 0; n < 3; n++) assert.strictEqual(one.admit("192.0.2.1"), "Admitted")
    assert.strictEqual(one.admit("192.0.2.1"), "TooManyConnections")
  })

  it("are never too few, and rarely too many, of thousands of addresses", () => {
    const shared = counters()
    const counts = [0, 1, 2].map((place) => SharedCounts.countsOf(shared, place))
    const addresses = Array.from({ length: 20_000 }, (_, n) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`)
    for (const [n, address] of addresses.entries()) counts[n % 3]!.add(address)
    const wrong = addresses.filter((address) => counts[0]!.of(address) !== 1)
    for (const address of addresses) assert.isAtLeast(counts[0]!.of(address), 1)
    assert.isBelow(wrong.length, addresses.length / 10)
    assert.strictEqual(counts[1]!.total(), addresses.length)
    for (const [n, address] of addresses.entries()) counts[n % 3]!.remove(address)
    for (const address of addresses) assert.strictEqual(counts[0]!.of(address), 0)
  })
})
