import { assert, describe, it } from "@effect/vitest"
import { TokenBucket } from "../../../src/domain/TokenBucket.ts"
import { Pace } from "../../../src/client/internal/Pace.ts"

/** Sends so many messages over a limit, as fast as it goes; how many were refused. */
const send = (pace: Pace, limit: TokenBucket, count: number, start = 0) => {
  let now = start
  let refused = 0
  for (let sent = 0; sent < count;) {
    now += pace.wait(now)
    const wait = limit.take(now)
    if (wait === 0) {
      sent++
      pace.accept(now)
    } else {
      refused++
      pace.refuse(now, wait)
      now += wait
    }
  }
  return { now, refused }
}

describe("Pace", () => {
  it("needs few refusals to learn how fast it may go, and loses no time", () => {
    const { now, refused } = send(new Pace(), new TokenBucket({ burst: 10, perSecond: 5 }, 0), 330)
    assert.isAtMost(refused, 2 + 320 / 32)
    assert.isAtMost(now, 320 * 200 + 50)
  })

  it("begins anew after a rest", () => {
    const pace = new Pace()
    const limit = new TokenBucket({ burst: 10, perSecond: 5 }, 0)
    const { now } = send(pace, limit, 20)
    assert.strictEqual(send(pace, limit, 10, now + 60_000).now, now + 60_000)
  })

  it("goes faster when others who used the same limit have stopped", () => {
    const pace = new Pace()
    pace.accept(0)
    pace.refuse(0, 3000)
    assert.strictEqual(pace.wait(1000), 2000)
    const start = 3000
    const { now } = send(pace, new TokenBucket({ burst: 1, perSecond: 10 }, start), 200, start)
    assert.isBelow(now - start, 200 * 100 * 12)
    assert.isBelow(pace.wait(now), 200)
  })

  it("takes no long wait for a pace", () => {
    const pace = new Pace()
    pace.accept(0)
    pace.refuse(0, 3_600_000)
    assert.strictEqual(pace.wait(0), 5000)
  })
})
