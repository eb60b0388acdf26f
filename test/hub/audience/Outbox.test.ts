import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { alone, defaultBounds, type Lane, Outbox, type OutboxBounds } from "../../../src/hub/audience/Outbox.ts"

const lanes: ReadonlyArray<Lane> = ["control", "chat", "presence", "typing"]

const named = (name: string, size = name.length) => {
  const bytes = new Uint8Array(size)
  new TextEncoder().encodeInto(name, bytes)
  return bytes
}
const nameOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replace(/\0+$/, "")

/** Offers a piece with as many bytes as it has. */
const offer = (outbox: Outbox<Uint8Array>, lane: Lane, piece: Uint8Array, frames?: number) =>
  outbox.offer(lane, piece, piece.byteLength, frames)

/** An outbox with a link that notes each write; `room` is what the link says after the next one. */
const linked = (bounds: Partial<OutboxBounds> = {}) => {
  const writes: Array<ReadonlyArray<string>> = []
  const link = { room: true, writes, overflows: 0, onSend: () => {} }
  const outbox = new Outbox<Uint8Array>(
    { ...defaultBounds, ...bounds },
    {
      send: (batch) => {
        writes.push(batch.map(nameOf))
        link.onSend()
        return link.room
      },
      keep: alone,
      onOverflow: () => void link.overflows++,
    },
  )
  return { outbox, link }
}

/** Makes the link full with one frame of one byte. */
const block = ({ link, outbox }: ReturnType<typeof linked>) => {
  link.room = false
  offer(outbox, "control", named("!"))
  outbox.flush()
  link.writes.length = 0
}

describe("Outbox", () => {
  it("sends everything that was queued in a turn in one write, inside flush", () => {
    const { link, outbox } = linked()
    for (const name of ["a", "b", "c"]) offer(outbox, "chat", named(name))
    assert.deepStrictEqual(link.writes, [])
    outbox.flush()
    assert.deepStrictEqual(link.writes, [["a", "b", "c"]])
    outbox.flush()
    assert.lengthOf(link.writes, 1)
    assert.strictEqual(outbox.bytes, 0)
    assert.strictEqual(outbox.pressure, 0)
  })

  it("shares nothing with other outboxes, full, emptied or closed", () => {
    const [one, other, closed] = [linked(), linked(), linked()]
    closed.outbox.close()
    for (const lane of lanes) for (const n of [1, 2]) offer(one.outbox, lane, named(`${lane}${n}`))
    one.outbox.flush()
    for (const name of ["c", "d"]) offer(one.outbox, "chat", named(name))
    for (const { outbox } of [other, closed]) {
      offer(outbox, "chat", named("x"))
      outbox.flush()
    }
    one.outbox.flush()
    assert.deepStrictEqual(other.link.writes, [["x"]])
    assert.deepStrictEqual(closed.link.writes, [])
    assert.deepStrictEqual(one.link.writes[1], ["c", "d"])
  })

  it("lanes leave in their order, and within a lane what came first", () => {
    const { link, outbox } = linked()
    for (const n of [1, 2]) for (const lane of [...lanes].reverse()) offer(outbox, lane, named(`${lane}${n}`))
    outbox.flush()
    assert.deepStrictEqual(link.writes, [lanes.flatMap((lane) => [`${lane}1`, `${lane}2`])])
  })

  it("gathers while the link has no room, and sends that in one write when it has again", () => {
    const { link, outbox } = linked()
    link.room = false
    offer(outbox, "chat", named("a"))
    outbox.flush()
    for (const name of ["b", "c"]) {
      offer(outbox, "chat", named(name))
      outbox.flush()
    }
    assert.deepStrictEqual(link.writes, [["a"]])
    assert.strictEqual(outbox.bytes, 3)
    link.room = true
    outbox.resume()
    assert.deepStrictEqual(link.writes, [["a"], ["b", "c"]])
    assert.strictEqual(outbox.bytes, 0)
  })

  it("keeps no more memory than it counts while there is no room", () => {
    const sent: Array<Uint8Array> = []
    let room = false
    const outbox = new Outbox<Uint8Array>(defaultBounds, {
      send: (batch) => (sent.push(...batch), room),
      keep: alone,
      onOverflow: () => {},
    })
    const shared = new Uint8Array(4096)
    shared.set(named("first"), 100)
    offer(outbox, "chat", shared.subarray(0, 1))
    outbox.flush()
    offer(outbox, "chat", shared.subarray(100, 105))
    room = true
    outbox.resume()
    assert.deepStrictEqual(sent.map(nameOf), ["", "first"])
    // What leaves at once is not copied; what has to wait is, and only where others would be kept with it.
    assert.deepStrictEqual(
      sent.map(({ buffer }) => buffer.byteLength),
      [4096, 5],
    )
  })

  it("what a write brings about leaves behind it, not in the middle", () => {
    const { link, outbox } = linked()
    let depth = 0
    link.onSend = () => {
      assert.strictEqual(++depth, 1)
      if (link.writes.length < 3) offer(outbox, "control", named(`answer ${link.writes.length}`))
      outbox.flush()
      depth--
    }
    offer(outbox, "chat", named("a"))
    outbox.flush()
    assert.deepStrictEqual(link.writes, [["a"], ["answer 1"], ["answer 2"]])
  })

  describe("when the link has no room", () => {
    const bounds = { bytes: 100, frames: 100 }

    for (const [lane, share] of [
      ["typing", 0.5],
      ["presence", 0.75],
    ] as const) {
      it(`leaves ${lane} out from ${share * 100} % on, by bytes or by frames, what is leaving counted`, () => {
        for (const fill of [
          (outbox: Outbox<Uint8Array>, n: number) => offer(outbox, "chat", named("x", n), 1),
          (outbox: Outbox<Uint8Array>, n: number) => offer(outbox, "chat", named("", 0), n),
        ]) {
          const blocked = linked(bounds)
          block(blocked)
          const { outbox } = blocked
          assert.isTrue(fill(outbox, share * 100 - 2))
          assert.isTrue(offer(outbox, lane, named("y")))
          const { bytes, pressure } = outbox
          assert.isFalse(offer(outbox, lane, named("z")))
          assert.deepStrictEqual([outbox.bytes, outbox.pressure], [bytes, pressure])
          // It leaves without what was left out.
          blocked.link.room = true
          outbox.resume()
          assert.strictEqual(blocked.link.writes.flat().at(-1), "y")
        }
      })
    }

    it("presence still goes where typing does not, and chat and control always do", () => {
      const blocked = linked(bounds)
      block(blocked)
      const { link, outbox } = blocked
      offer(outbox, "chat", named("a", 50))
      assert.deepStrictEqual(
        lanes.map((lane) => offer(outbox, lane, named(lane, 10))),
        [true, true, true, false],
      )
      assert.isFalse(offer(outbox, "presence", named("later")))
      link.room = true
      outbox.resume()
      assert.deepStrictEqual(link.writes, [["control", "a", "chat", "presence"]])
    })

    it("what is ephemeral is left out before it makes the outbox overflow", () => {
      for (const lane of ["typing", "presence"] as const) {
        const blocked = linked(bounds)
        block(blocked)
        assert.isFalse(offer(blocked.outbox, lane, named("x", 100)))
        assert.isTrue(offer(blocked.outbox, lane, named("x", 10)))
        assert.strictEqual(blocked.link.overflows, 0)
      }
    })

    for (const lane of ["chat", "control"] as const) {
      it(`takes ${lane} up to the bound, then overflows: once, and nothing leaves any more`, () => {
        const blocked = linked({ bytes: 10, frames: 10 })
        block(blocked)
        const { link, outbox } = blocked
        for (let n = 0; n < 9; n++) assert.isTrue(offer(outbox, lane, named("x")))
        assert.strictEqual(outbox.pressure, 1)
        assert.strictEqual(link.overflows, 0)
        assert.isFalse(offer(outbox, lane, named("x")))
        assert.isFalse(offer(outbox, lane, named("x")))
        assert.strictEqual(link.overflows, 1)
        // The nine that waited are dropped, and so is the one that was too much.
        assert.strictEqual(outbox.bytes, 1)
        link.room = true
        outbox.resume()
        outbox.flush()
        assert.deepStrictEqual(link.writes, [])
        assert.strictEqual(outbox.bytes, 0)
      })
    }

    it("the bound on frames counts the frames in each piece", () => {
      const blocked = linked({ frames: 10 })
      block(blocked)
      assert.isTrue(offer(blocked.outbox, "chat", named("nine"), 9))
      assert.isFalse(offer(blocked.outbox, "chat", named("one")))
      assert.strictEqual(blocked.link.overflows, 1)
    })
  })

  it("a single piece beyond the bounds leaves when nothing else waits, and not otherwise", () => {
    const { link, outbox } = linked({ bytes: 10, frames: 10 })
    assert.isTrue(offer(outbox, "chat", named("large", 1000), 50))
    outbox.flush()
    assert.deepStrictEqual(link.writes, [["large"]])
    offer(outbox, "chat", named("x"))
    assert.isFalse(offer(outbox, "chat", named("large", 1000)))
    assert.strictEqual(link.overflows, 1)
  })

  describe("ending", () => {
    const outcome = (fiber: Fiber.Fiber<void, unknown>) => fiber.pollUnsafe()?._tag

    it.effect("end lets what is queued leave and refuses more", () =>
      Effect.gen(function* () {
        const { link, outbox } = linked()
        const waiting = yield* Effect.forkChild(outbox.full, { startImmediately: true })
        offer(outbox, "chat", named("a"))
        outbox.end()
        assert.deepStrictEqual(link.writes, [["a"]])
        assert.isFalse(offer(outbox, "control", named("b")))
        assert.strictEqual(outcome(waiting), "Failure")
        assert.strictEqual((yield* Effect.flip(Fiber.join(waiting)))._tag, "Done")
        assert.strictEqual((yield* Effect.flip(outbox.full))._tag, "Done")
      }),
    )

    it.effect("end without room: what waits leaves when there is room, then it is over", () =>
      Effect.gen(function* () {
        const blocked = linked()
        block(blocked)
        const { link, outbox } = blocked
        offer(outbox, "chat", named("a"))
        outbox.end()
        yield* outbox.full
        link.room = true
        outbox.resume()
        assert.deepStrictEqual(link.writes, [["a"]])
        assert.strictEqual((yield* Effect.flip(outbox.full))._tag, "Done")
      }),
    )

    it.effect("close drops what is queued", () =>
      Effect.gen(function* () {
        const { link, outbox } = linked()
        const waiting = yield* Effect.forkChild(outbox.full, { startImmediately: true })
        offer(outbox, "chat", named("a"))
        outbox.close()
        outbox.flush()
        outbox.end()
        assert.deepStrictEqual(link.writes, [])
        assert.strictEqual((yield* Effect.flip(Fiber.join(waiting)))._tag, "Done")
        assert.isFalse(offer(outbox, "chat", named("b")))
        assert.strictEqual(link.overflows, 0)
      }),
    )

    it.effect("whoever waits for the link to be full learns it at once; interrupted and back again, too", () =>
      Effect.gen(function* () {
        const { link, outbox } = linked()
        const first = yield* Effect.forkChild(outbox.full, { startImmediately: true })
        yield* Fiber.interrupt(first)
        const second = yield* Effect.forkChild(outbox.full, { startImmediately: true })
        assert.isUndefined(outcome(second))
        link.room = false
        offer(outbox, "chat", named("a"))
        outbox.flush()
        assert.strictEqual(outcome(second), "Success")
        // Still full: nobody has made room.
        yield* outbox.full
        offer(outbox, "chat", named("b"))
        yield* Fiber.interrupt(yield* Effect.forkChild(outbox.full))
        link.room = true
        outbox.resume()
        assert.deepStrictEqual(link.writes, [["a"], ["b"]])
      }),
    )
  })

  it.effect("rouses whoever waits for the link to be full, once, though there is room", () =>
    Effect.gen(function* () {
      const { link, outbox } = linked()
      outbox.rouse()
      const waiting = yield* Effect.forkChild(outbox.full, { startImmediately: true })
      assert.isUndefined(waiting.pollUnsafe())
      outbox.rouse()
      yield* Fiber.join(waiting)
      // Whoever waits then waits for something else.
      const next = yield* Effect.forkChild(outbox.full, { startImmediately: true })
      assert.isUndefined(next.pollUnsafe())
      link.room = false
      offer(outbox, "chat", named("a"))
      outbox.flush()
      yield* Fiber.join(next)
    }),
  )

  const Step = Schema.Union([
    Schema.Struct({
      lane: Schema.Literals(lanes),
      bytes: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 })),
      frames: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 5 })),
    }),
    Schema.Literals(["flush", "full", "room", "end", "close"]),
  ])
  it.prop(
    "chat and control are lost only by overflow or close; within a lane nothing is doubled or reordered; the bounds hold",
    [Arbitrary.array(Arbitrary.schema(Step), { maxLength: 80 })],
    ([steps]) => {
      const bounds = { bytes: 100, frames: 20 }
      const { link, outbox } = linked(bounds)
      const accepted = new Map<Lane, Array<string>>(lanes.map((lane) => [lane, []]))
      let waiting = 0
      let closed = false
      let ended = false
      for (const [n, step] of steps.entries()) {
        if (typeof step === "object") {
          const name = `${step.lane} ${n}`
          const empty = outbox.bytes === 0 && outbox.pressure === 0
          if (offer(outbox, step.lane, named(name, name.length + step.bytes), step.frames)) {
            assert.isFalse(ended || closed)
            if (!empty) assert.isAtMost(outbox.pressure, 1)
            accepted.get(step.lane)!.push(name)
            waiting++
          } else if (!ended && !closed && (step.lane === "chat" || step.lane === "control")) {
            assert.strictEqual(link.overflows, 1)
            closed = true
          }
        } else if (step === "flush") outbox.flush()
        else if (step === "full") link.room = false
        else if (step === "room") {
          link.room = true
          outbox.resume()
        } else if (step === "end") {
          outbox.end()
          ended = true
        } else {
          outbox.close()
          closed = true
        }
      }
      link.room = true
      outbox.resume()
      const sent = link.writes.flat()
      for (const lane of lanes) {
        const ofLane = sent.filter((name) => name.startsWith(lane))
        assert.deepStrictEqual(ofLane, accepted.get(lane)!.slice(0, ofLane.length))
      }
      if (!closed) assert.lengthOf(sent, waiting)
      for (const write of link.writes) {
        const order = write.map((name) => lanes.indexOf(name.split(" ")[0] as Lane))
        assert.deepStrictEqual(
          order,
          [...order].sort((a, b) => a - b),
        )
      }
      assert.isAtMost(link.overflows, 1)
    },
    { arbitrary: { runs: 1000 } },
  )

  it.effect("lets whoever has a large answer wait for room, and nobody wait behind its end", () =>
    Effect.gen(function* () {
      for (const end of ["resume", "end", "close"] as const) {
        const { link, outbox } = linked({ bytes: 100 })
        yield* outbox.room
        offer(outbox, "control", named("large", 25))
        // It leaves, for the link has room.
        yield* outbox.room
        assert.deepStrictEqual(link.writes, [["large"]])
        link.room = false
        offer(outbox, "control", named("larger", 25))
        const waiting = yield* Effect.forkChild(outbox.room, { startImmediately: true })
        assert.deepStrictEqual(link.writes, [["large"], ["larger"]])
        offer(outbox, "control", named("small"))
        assert.isUndefined(waiting.pollUnsafe())
        link.room = true
        outbox[end]()
        yield* Fiber.join(waiting)
        assert.strictEqual(link.overflows, 0)
      }
    }),
  )

  it.effect("waits on while there is still no room, and leaves nothing behind where it is interrupted", () =>
    Effect.gen(function* () {
      const { link, outbox } = linked({ bytes: 100 })
      link.room = false
      offer(outbox, "control", named("first", 50))
      const waiting = yield* Effect.forkChild(outbox.room, { startImmediately: true })
      offer(outbox, "control", named("second", 30))
      outbox.resume()
      yield* Effect.yieldNow
      assert.isUndefined(waiting.pollUnsafe())
      yield* Fiber.interrupt(waiting)
      link.room = true
      outbox.resume()
      yield* outbox.room
      assert.strictEqual(outbox.pressure, 0)
    }),
  )

  it.effect("sends for whoever asks for room from a quarter of a bound on, by bytes or by frames", () =>
    Effect.gen(function* () {
      for (const fill of [
        (outbox: Outbox<Uint8Array>, n: number) => offer(outbox, "chat", named("x", n), 1),
        (outbox: Outbox<Uint8Array>, n: number) => offer(outbox, "chat", named("", 0), n),
      ]) {
        const { link, outbox } = linked({ bytes: 100, frames: 100 })
        fill(outbox, 24)
        yield* outbox.room
        assert.deepStrictEqual(link.writes, [])
        fill(outbox, 1)
        yield* outbox.room
        assert.lengthOf(link.writes, 1)
        // Where the link takes it and has no more room, a quarter is too much.
        link.room = false
        fill(outbox, 25)
        const waiting = yield* Effect.forkChild(outbox.room, { startImmediately: true })
        assert.lengthOf(link.writes, 2)
        assert.isUndefined(waiting.pollUnsafe())
        outbox.resume()
        yield* Fiber.join(waiting)
      }
    }),
  )
})
