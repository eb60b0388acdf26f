import { assert, describe, it } from "@effect/vitest"
import type { Act } from "../../src/channels/ChannelRecord.ts"
import { AuditLog, maxAudit } from "../../src/domain/AuditLog.ts"
import { SortedNames } from "../../src/channels/internal/sortedNames.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { alice, dice } from "../suites/historyWorld.ts"

describe("channels in memory", () => {
  it("the audit log shows its latest 1000 entries of a kind, whether it has been cut or not", () => {
    const log = new AuditLog<Act>()
    const numbers = (before: number, limit: number) => log.page(before, limit).map(({ number }) => number)
    assert.deepStrictEqual(numbers(Number.POSITIVE_INFINITY, 10), [])
    for (let n = 1; n <= 2.6 * maxAudit; n++) {
      log.add({ timestamp: n, by: alice, action: "kick" })
      if (n % 100 !== 7) continue
      const oldest = Math.max(1, n - maxAudit + 1)
      assert.deepStrictEqual(numbers(Number.POSITIVE_INFINITY, 2), [n, n - 1])
      assert.deepStrictEqual(numbers(oldest + 2, 5), [oldest + 1, oldest])
      assert.deepStrictEqual(numbers(oldest, 5), [])
    }
    // Of another kind, and in the order of all.
    log.add({ timestamp: 0, by: alice, action: "ban" })
    for (let n = 0; n < 2 * maxAudit; n++) log.add({ timestamp: n, by: alice, action: "topic" })
    const last = 4.6 * maxAudit + 1
    assert.deepStrictEqual(numbers(last - maxAudit + 2, 3), [last - maxAudit + 1, 2.6 * maxAudit + 1, 2.6 * maxAudit])
    assert.lengthOf(numbers(Number.POSITIVE_INFINITY, 5000), 2 * maxAudit + 1)
  })

  it("names are in their order, and a list of them begins behind any", () => {
    const roll = dice(11)
    const names = new SortedNames()
    const plain = new Set<ChannelName>()
    for (let step = 0; step < 2000; step++) {
      const name = ChannelName.make(`c${roll(60)}`)
      if (roll(3) === 0) {
        names.delete(name)
        plain.delete(name)
      } else {
        names.add(name)
        plain.add(name)
      }
      const sorted = [...plain].toSorted()
      assert.deepStrictEqual([...names.after(undefined)], sorted)
      assert.deepStrictEqual(
        [...names.after(name)],
        sorted.filter((other) => other > name),
      )
    }
  })
})
