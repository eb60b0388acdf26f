import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Net from "node:net"
import { Proxy } from "../../src/proxy/Proxy.ts"
import { echo, open } from "./fixture.ts"

describe("Proxy", () => {
  it.live("carries both ways, both ends, and what is larger than its buffers", () =>
    Effect.gen(function* () {
      const proxy = yield* Proxy.make({ target: yield* echo, drainWithin: Duration.seconds(5) })
      const client = yield* open(proxy.address)
      const large = Buffer.alloc(3_000_000, "natter ")
      client.raw.end(large)
      const back = yield* client.toEnd
      assert.strictEqual(Buffer.compare(back, large), 0)
      const { counters } = yield* proxy.state
      assert.deepInclude(counters, { up: large.length, down: large.length, lost: 0, opened: 1 })
    }),
  )

  it.live("cuts with a reset, once", () =>
    Effect.gen(function* () {
      const proxy = yield* Proxy.make({ target: yield* echo })
      const first = yield* open(proxy.address)
      yield* first.say("hello")
      yield* proxy.apply({ fault: { _tag: "Cut" } })
      assert.strictEqual(yield* first.closed, "ECONNRESET")
      const second = yield* open(proxy.address)
      assert.strictEqual(yield* second.say("again"), "again")
      assert.strictEqual((yield* proxy.state).counters.cut, 1)
    }),
  )

  it.live("refuses new links and leaves the open ones", () =>
    Effect.gen(function* () {
      const proxy = yield* Proxy.make({ target: yield* echo })
      const first = yield* open(proxy.address)
      yield* first.say("hello")
      const { id } = yield* proxy.apply({ fault: { _tag: "Refuse" } })
      assert.strictEqual(yield* (yield* open(proxy.address)).closed, "ECONNRESET")
      assert.strictEqual(yield* first.say("still"), "still")
      yield* proxy.remove(id)
      assert.strictEqual(yield* (yield* open(proxy.address)).say("new"), "new")
    }),
  )

  it.live("holds what comes in a stall, and lets it go", () =>
    Effect.gen(function* () {
      const proxy = yield* Proxy.make({ target: yield* echo })
      const client = yield* open(proxy.address)
      yield* client.say("hello")
      const { id } = yield* proxy.apply({ fault: { _tag: "Stall" }, link: 1 })
      client.raw.write("later")
      const other = yield* open(proxy.address)
      assert.strictEqual(yield* other.say("free"), "free")
      assert.strictEqual(client.heard(), "hello")
      yield* proxy.remove(id)
      yield* client.until("hellolater")
    }),
  )

  it.live("loses what comes while half open, and resets the link afterwards", () =>
    Effect.gen(function* () {
      const proxy = yield* Proxy.make({ target: yield* echo })
      const client = yield* open(proxy.address)
      const idle = yield* open(proxy.address)
      yield* client.say("hello")
      yield* idle.say("hello")
      yield* proxy.apply({ fault: { _tag: "HalfOpen" } }, "hole")
      client.raw.write("into the hole")
      yield* until(Effect.map(proxy.state, ({ counters }) => counters.lost === 13))
      assert.isFalse(client.raw.destroyed)
      yield* proxy.remove("hole")
      assert.strictEqual(yield* client.closed, "ECONNRESET")
      assert.strictEqual(yield* idle.say("!"), "!")
    }),
  )

  it.live("tells one direction's end, and keeps the other", () =>
    Effect.gen(function* () {
      const proxy = yield* Proxy.make({ target: yield* echo })
      const client = yield* open(proxy.address)
      yield* client.say("hello")
      yield* proxy.apply({ fault: { _tag: "HalfClose", direction: "up" } })
      yield* client.toEnd
      assert.isFalse(client.raw.writableEnded)
    }),
  )

  it.live("changes the same bytes with the same seed", () =>
    Effect.gen(function* () {
      const target = yield* echo
      const heard = Effect.fnUntraced(function* (seed: number) {
        const proxy = yield* Proxy.make({ target, seed })
        yield* proxy.apply({ fault: { _tag: "Corrupt", probability: 0.01, on: "down" } })
        const client = yield* open(proxy.address)
        client.raw.end(Buffer.alloc(100_000))
        return yield* client.toEnd
      }, Effect.scoped)
      const first = yield* heard(1)
      const changed = first.filter((byte) => byte !== 0).length
      assert.isAbove(changed, 800)
      assert.isBelow(changed, 1200)
      assert.strictEqual(Buffer.compare(first, yield* heard(1)), 0)
      assert.notStrictEqual(Buffer.compare(first, yield* heard(2)), 0)
    }),
  )

  it.live("bounds what is in memory when nobody reads", () =>
    Effect.gen(function* () {
      const deaf = yield* listening((raw) => void raw.on("error", () => {}).pause())
      const proxy = yield* Proxy.make({ target: deaf })
      yield* proxy.apply({ fault: { _tag: "Delay", by: Duration.minutes(1), on: "up" } })
      const client = yield* open(proxy.address)
      let taken = 0
      const chunk = Buffer.alloc(1 << 16)
      while (client.raw.write(chunk) || taken === 0) taken++
      for (let i = 0; i < 400; i++) client.raw.write(chunk)
      yield* until(Effect.map(proxy.state, ({ links }) => (links[0]?.inFlight ?? 0) >= 256 * 1024))
      assert.isAtMost((yield* proxy.state).links[0]!.inFlight, 256 * 1024 + 2 * (1 << 16))
      assert.isAbove(client.raw.writableLength, 1 << 20)
    }),
  )

  it.live("has a bound for its links, and resets whom it cannot bring to the target", () =>
    Effect.gen(function* () {
      const proxy = yield* Proxy.make({ target: yield* echo, maxLinks: 1 })
      yield* (yield* open(proxy.address)).say("hello")
      assert.strictEqual(yield* (yield* open(proxy.address)).closed, "ECONNRESET")
      const nowhere = yield* Proxy.make({ target: { host: "127.0.0.1", port: 1 } })
      assert.strictEqual(yield* (yield* open(nowhere.address)).closed, "ECONNRESET")
      assert.strictEqual((yield* nowhere.state).counters.unreachable, 1)
    }),
  )
})

const until = (what: Effect.Effect<boolean>): Effect.Effect<void> =>
  Effect.flatMap(what, (done) => (done ? Effect.void : Effect.andThen(Effect.sleep(1), until(what))))

const listening = (connected: (raw: Net.Socket) => void) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<Net.Server>((resume) => {
        const server = Net.createServer(connected).listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) => Effect.sync(() => server.close()),
    ),
    (server) => ({ host: "127.0.0.1", port: (server.address() as Net.AddressInfo).port }),
  )
