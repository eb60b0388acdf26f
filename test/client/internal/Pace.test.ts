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

  it("waits for nothing until the server has refused a message, however fast they are", () => {
    const pace = new Pace()
    for (let now = 0; now < 100; now++) {
      assert.strictEqual(pace.wait(now), 0)
      pace.accept(now)
    }
  })

  it("keeps as far apart as the last that was accepted and the first that will be, but no more than twice the wait", () => {
    const pace = new Pace()
    pace.accept(1000)
    pace.refuse(1100, 150)
    assert.deepStrictEqual([pace.wait(1000), pace.wait(1100), pace.wait(1250), pace.wait(2000)], [250, 150, 0, 0])
    // After a pause the time since the last one says nothing.
    const rested = new Pace()
    rested.accept(1000)
    rested.refuse(9000, 150)
    rested.accept(9150)
    assert.strictEqual(rested.wait(9150), 300)
    // The first message of all may be refused.
    const unlucky = new Pace()
    unlucky.refuse(9000, 150)
    unlucky.accept(9150)
    assert.strictEqual(unlucky.wait(9150), 300)
    // What was learnt stays: the wait for the message that was refused is no rest.
    const late = new Pace()
    late.accept(0)
    late.refuse(60_000, 150)
    assert.strictEqual(late.wait(60_150), 0)
    late.accept(60_150)
    assert.strictEqual(late.wait(60_150), 300)
    // A shorter time does not make it faster, a longer one makes it slower.
    rested.refuse(9200, 50)
    assert.strictEqual(rested.wait(9150), 300)
    rested.refuse(9400, 200)
    assert.strictEqual(rested.wait(9150), 400)
  })

  it("tries whether it goes twice as fast behind 32 messages in a row that were taken", () => {
    const pace = new Pace()
    pace.accept(0)
    pace.refuse(0, 1000)
    let now = 0
    const accept = (count: number) => {
      for (let at = 0; at < count; at++) pace.accept((now += 1000))
    }
    accept(31)
    assert.strictEqual(pace.wait(now), 1000)
    pace.refuse(now, 1000)
    accept(31)
    assert.strictEqual(pace.wait(now), 1000, "a refusal begins the count anew")
    accept(1)
    assert.strictEqual(pace.wait(now), 500)
    accept(31)
    assert.strictEqual(pace.wait(now), 500)
    accept(1)
    assert.strictEqual(pace.wait(now), 250)
  })

  it("rests for more than twenty times as long as it waits between two", () => {
    const pace = new Pace()
    pace.accept(0)
    pace.refuse(0, 100)
    pace.accept(100)
    assert.strictEqual(pace.wait(100 + 2000), 0)
    assert.strictEqual(pace.wait(100), 100, "exactly twenty times is not long enough")
    assert.strictEqual(pace.wait(100 + 2001), 0)
    assert.strictEqual(pace.wait(100), 0)
  })
})
