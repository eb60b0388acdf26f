import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as operations from "../../src/chat/operations.ts"
import { RateLimits, rateLimited } from "../../src/chat/RateLimits.ts"
import { unixPeer } from "../../src/domain/Network.ts"
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

  it("are some times as much for all users of an address, but on this machine", () => {
    const limits = new RateLimits(settings)
    const counts = (address: (n: number) => string) => [1, 2, 3, 4].map((n) => taken(limits, user(n), address(n)))
    assert.deepStrictEqual(
      counts((n) => `2001:db8::${n}`),
      [2, 2, 2, 0],
    )
    for (const here of ["127.0.0.1", unixPeer]) {
      const others = new RateLimits(settings)
      assert.deepStrictEqual(
        [1, 2, 3, 4].map((n) => taken(others, user(n), here)),
        [2, 2, 2, 2],
      )
    }
  })

  it("are no new ones for a guest who signs in again", () => {
    const limits = new RateLimits(settings)
    assert.strictEqual(taken(limits, user(1, "guest"), "192.0.2.1"), 2)
    assert.strictEqual(taken(limits, user(2, "guest"), "192.0.2.1"), 0)
  })

  it("know a guest by the name, in any spelling, and by the network, and do not take one for another", () => {
    const guest = (n: number, name: string) => ({ ...user(n, "guest"), name: Username.make(name) })
    const limits = new RateLimits({ ...settings, operations: { ...settings.operations, perAddress: 100 } })
    assert.strictEqual(taken(limits, guest(1, "ann"), "2001:db8:1:2::1"), 2)
    assert.strictEqual(taken(limits, guest(2, "Ann"), "2001:db8:1:2::2"), 0)
    assert.strictEqual(taken(limits, guest(3, "eve"), "2001:db8:1:2::1"), 2)
    assert.strictEqual(taken(limits, guest(4, "ann"), "2001:db8:1:3::1"), 2)
    // Where nobody knows from where they come, each is somebody else.
    assert.strictEqual(taken(limits, guest(5, "ann"), undefined), 2)
    assert.strictEqual(taken(limits, guest(6, "ann"), undefined), 2)
    // A name is no account's.
    assert.strictEqual(taken(limits, user(7), "2001:db8:1:2::1"), 2)
  })

  it("are as much for each kind as its rate says, for an address as often as that says, and come back as fast", () => {
    const kinds = {
      administration: { burst: 1, perSecond: 1 },
      visits: { burst: 2, perSecond: 2 },
      status: { burst: 3, perSecond: 4 },
      reading: { burst: 4, perSecond: 5 },
      searches: { burst: 5, perSecond: 10 },
    }
    const limits = new RateLimits({ ...defaults, operations: { kinds, perAddress: 2 } })
    const address = "192.0.2.1"
    for (const [kind, { burst, perSecond }] of Object.entries(kinds)) {
      const take = (n: number, now: number) => limits.of(user(n), address, now)!.take(kind as keyof typeof kinds, now)
      for (let n = 0; n < burst; n++) assert.strictEqual(take(1, 0), 0, kind)
      assert.strictEqual(take(1, 0), 1000 / perSecond, kind)
      // What was refused for the user has not counted for the address.
      for (let n = 0; n < burst; n++) assert.strictEqual(take(2, 0), 0, kind)
      // The address has had all that it may: the next is a second off for so many times as many.
      assert.strictEqual(take(3, 0), 1000 / perSecond / 2, kind)
      assert.strictEqual(take(3, 1000), 0, kind)
    }
  })

  it("of what is said are one for all sessions of a user, and nobody else's", () => {
    const limits = new RateLimits({ ...defaults, publishing: { burst: 2, perSecond: 1 } })
    const phone = limits.of(user(1), "192.0.2.1", 0)!.publishing!
    const laptop = limits.of(user(1), undefined, 0)!.publishing!
    assert.deepStrictEqual([phone.take(0), laptop.take(0), phone.take(0), laptop.take(0)], [0, 0, 1000, 1000])
    assert.strictEqual(limits.of(user(2), "192.0.2.1", 0)!.publishing!.take(0), 0)
    // They begin when the user comes: nobody has more for having waited.
    const later = limits.of(user(3), undefined, 60_000)!.publishing!
    assert.deepStrictEqual([later.take(60_000), later.take(60_000), later.take(60_000)], [0, 0, 1000])
  })

  it("are remembered while ten thousand others come and go, of users and of addresses", () => {
    const limits = new RateLimits({ ...settings, operations: { ...settings.operations, perAddress: 1 } })
    assert.strictEqual(taken(limits, user(0), "192.0.2.1"), 2)
    for (let n = 1; n < 10_000; n++) {
      limits.of(user(n), `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, 0)
    }
    assert.strictEqual(taken(limits, user(0), undefined), 0)
    assert.strictEqual(taken(limits, user(-1), "192.0.2.1"), 0)
  })

  it("of what is said hold alone, and so do the others", () => {
    const said = new RateLimits({ ...defaults, operations: undefined }).of(user(1), "192.0.2.1", 0)!
    assert.isDefined(said.publishing)
    const others = new RateLimits({ ...settings, publishing: undefined }).of(user(1), "192.0.2.1", 0)!
    assert.isUndefined(others.publishing)
    assert.deepStrictEqual([0, 0, 1000], [others.take("status", 0), others.take("status", 0), others.take("status", 0)])
  })

  it("say when it may be tried again, in tenths of a second, not too soon", () => {
    for (const [wait, seconds] of [
      [1, "0.1"],
      [100, "0.1"],
      [101, "0.2"],
      [1000, "1"],
      [12_345, "12.4"],
    ] as const) {
      assert.deepInclude(rateLimited("changes", wait), {
        reason: "RateLimited",
        detail: `Too many changes: try again in ${seconds} s`,
        retryAfter: Duration.millis(wait),
      })
    }
  })

  it("are some times as much for what the guests of an address say together, under whatever names", () => {
    const publishing = { burst: 2, perSecond: 1 }
    const said = (address: string | undefined, role: "member" | "guest", name: (n: number) => string) => {
      const limits = new RateLimits({ ...settings, publishing })
      const counts = [1, 2, 3, 4].map((n) => {
        const who = { ...user(n, role), name: Username.make(name(n)) }
        let count = 0
        while (limits.of(who, address, 0)!.publishing!.take(0) === 0) count++
        return count
      })
      const waiting = { ...user(5, role), name: Username.make(name(5)) }
      return [counts, limits.of(waiting, address, 0)!.publishing!.take(0)]
    }
    const ever = (n: number) => `guest${n}`
    assert.deepStrictEqual(said("192.0.2.1", "guest", ever), [[2, 2, 2, 0], 334])
    assert.deepStrictEqual(
      said("192.0.2.1", "guest", () => "guest"),
      [[2, 0, 0, 0], 1000],
    )
    // Whoever has an account has one limit, wherever it comes from, and loopback is a proxy as often as a person.
    assert.deepStrictEqual(said("192.0.2.1", "member", ever), [[2, 2, 2, 2], 0])
    assert.deepStrictEqual(said("127.0.0.1", "guest", ever), [[2, 2, 2, 2], 0])
    assert.deepStrictEqual(said(undefined, "guest", ever), [[2, 2, 2, 2], 0])
  })

  it("are none where they are switched off", () => {
    assert.isUndefined(
      new RateLimits({ ...defaults, publishing: undefined, operations: undefined }).of(user(1), "x", 0),
    )
    assert.strictEqual(new RateLimits({ ...defaults, operations: undefined }).of(user(1), "x", 0)!.take("status", 0), 0)
  })
})
