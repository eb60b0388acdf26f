import { assert, describe, it } from "@effect/vitest"
import * as operations from "../../src/chat/operations.ts"
import { RateLimits } from "../../src/chat/RateLimits.ts"
import { UserId } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"
import { defaults } from "../../src/hub/HubSettings.ts"

const user = (n: number, role: "member" | "guest" = "member") => ({
  id: UserId.make(`${role}:${n}`),
  name: Username.make("ann"),
  role,
})

describe("limits by operation", () => {
  it("are there for every operation", () => {
    const kinds = new Set<string>([...Object.keys(defaults.operations!.kinds), "publishing", "typing"])
    for (const [name, operation] of Object.entries(operations)) {
      if ("kind" in operation) assert.isTrue(kinds.has(operation.kind), name)
      // The same with somebody else to wait for the answer.
      else assert.match(name, /^send/)
    }
  })

  const settings = {
    ...defaults,
    operations: { kinds: { ...defaults.operations!.kinds, status: { burst: 2, perSecond: 1 } }, perAddress: 3 },
  }
  const taken = (limits: RateLimits, who: ReturnType<typeof user>, address: string | undefined) => {
    let count = 0
    while (limits.of(who, address, 0)!.take("status", 0) === 0) count++
    return count
  }

  it("are one for a user, whatever the address", () => {
    const limits = new RateLimits(settings)
    assert.strictEqual(taken(limits, user(1), "192.0.2.1"), 2)
    assert.strictEqual(taken(limits, user(1), "192.0.2.2"), 0)
    assert.strictEqual(taken(limits, user(1), undefined), 0)
    assert.strictEqual(limits.of(user(1), "192.0.2.1", 0)!.take("status", 0), 1000)
  })

  it("are some times as much for all users of an address, but on loopback", () => {
    const limits = new RateLimits(settings)
    const counts = (address: (n: number) => string) => [1, 2, 3, 4].map((n) => taken(limits, user(n), address(n)))
    assert.deepStrictEqual(
      counts((n) => `2001:db8::${n}`),
      [2, 2, 2, 0],
    )
    const others = new RateLimits(settings)
    assert.deepStrictEqual(
      [1, 2, 3, 4].map((n) => taken(others, user(n), "127.0.0.1")),
      [2, 2, 2, 2],
    )
  })

  it("are no new ones for a guest who signs in again", () => {
    const limits = new RateLimits(settings)
    assert.strictEqual(taken(limits, user(1, "guest"), "192.0.2.1"), 2)
    assert.strictEqual(taken(limits, user(2, "guest"), "192.0.2.1"), 0)
  })

  it("are none where they are switched off", () => {
    assert.isUndefined(
      new RateLimits({ ...defaults, publishing: undefined, operations: undefined }).of(user(1), "x", 0),
    )
    assert.strictEqual(new RateLimits({ ...defaults, operations: undefined }).of(user(1), "x", 0)!.take("status", 0), 0)
  })
})
