import { assert, describe, it } from "@effect/vitest"
import { Recorder, timeLimit } from "../../src/scenario/internal/Recorder.ts"
import { standing } from "./fixtures/clock.ts"

/** Measured is what is due from 6000 until 7000. */
const setUp = (...apart: ReadonlyArray<string>) => {
  const { clock, hand } = standing()
  const recorder = new Recorder(clock, new Set(apart))
  const measure = () => Object.assign(recorder, { from: 6000, to: 7000 })
  const figures = (latencies = recorder.latencies as ReadonlyMap<string, { count: number; lost: number }>) =>
    Object.fromEntries([...latencies].map(([figure, { count, lost }]) => [figure, [count, lost]]))
  return { recorder, hand, measure, figures }
}

describe("what a run records", () => {
  it("of messages is what was due in the measured part; of everything else all", () => {
    const { figures, hand, measure, recorder } = setUp()
    assert.strictEqual(recorder.now(), 5000)
    for (const what of ["delivery", "acknowledgement", "signIn", "join", "catchUp"] as const)
      recorder.done(what, 5000, "c")
    assert.deepStrictEqual(figures(), { signIn: [1, 0], join: [1, 0], catchUp: [1, 0] })
    measure()
    hand.now = 7500
    for (const due of [5999, 6000, 6999, 7000]) recorder.done("delivery", due, "c")
    for (const due of [5999, 6000, 6999, 7000]) recorder.lose("acknowledgement", due, "c", 3)
    assert.deepStrictEqual(figures(), {
      signIn: [1, 0],
      join: [1, 0],
      catchUp: [1, 0],
      delivery: [2, 0],
      acknowledgement: [6, 6],
    })
    assert.deepInclude(recorder.latencies.get("delivery")!.summary(""), { min: 501, max: 1500 })
    // The graph shows them all.
    assert.strictEqual(recorder.recent.count, 5)
  })

  it("never took less than nothing", () => {
    const { recorder } = setUp()
    recorder.done("join", 5001, "c")
    assert.strictEqual(recorder.latencies.get("join")!.summary("").min, 0)
  })

  it("is kept apart for those crowds that a promise names", () => {
    const { figures, recorder } = setUp("bots")
    recorder.done("join", 5000, "people")
    recorder.done("join", 5000, "bots")
    recorder.lose("signIn", 5000, "people")
    recorder.lose("signIn", 5000, "bots", 2)
    recorder.lose("catchUp", 5000, "bots", 0)
    assert.deepStrictEqual(figures(), {
      join: [2, 0],
      "join of bots": [1, 0],
      signIn: [3, 3],
      "signIn of bots": [2, 2],
    })
  })

  it("has taken the time limit at least where it did not come", () => {
    const { hand, recorder } = setUp()
    recorder.lose("join", 5000, "c")
    assert.strictEqual(recorder.latencies.get("join")!.summary("").max, timeLimit)
    hand.now = 5000 + timeLimit + 1
    recorder.lose("join", 5000, "c")
    assert.strictEqual(recorder.latencies.get("join")!.summary("").max, timeLimit + 1)
    assert.strictEqual(timeLimit, 30_000)
  })

  it("names a hundred reasons, and counts the others together", () => {
    const { recorder } = setUp()
    for (let n = 0; n < 102; n++) recorder.error(`r${n}`)
    recorder.error("r5")
    assert.strictEqual(recorder.failed, 103)
    assert.strictEqual(recorder.errors.size, 101)
    assert.deepStrictEqual(
      ["r5", "r99", "r100", "other"].map((reason) => recorder.errors.get(reason)),
      [2, 1, undefined, 2],
    )
  })
})

describe("what is waited for", () => {
  it("came or was given up, whichever was first, and once", () => {
    const { figures, hand, measure, recorder } = setUp()
    measure()
    const [came, lost] = [
      recorder.expect("acknowledgement", 6000, "c", 4),
      recorder.expect("acknowledgement", 6000, "c", 4),
    ]
    hand.now = 6007
    recorder.came(came)
    recorder.came(came)
    recorder.gaveUp(came)
    assert.deepStrictEqual(figures(), { acknowledgement: [1, 0] })
    assert.strictEqual(recorder.latencies.get("acknowledgement")!.summary("").max, 7)
    recorder.gaveUp(lost)
    recorder.gaveUp(lost)
    recorder.came(lost)
    // None of the four gets it.
    assert.deepStrictEqual(figures(), { acknowledgement: [2, 1], delivery: [4, 4] })
  })

  it("for no receivers is lost for its sender alone", () => {
    const { figures, recorder } = setUp()
    recorder.gaveUp(recorder.expect("join", 5000, "c"))
    assert.deepStrictEqual(figures(), { join: [1, 1] })
  })

  it("is lost in the end, with what was never begun", () => {
    const { figures, measure, recorder } = setUp("c")
    measure()
    recorder.expect("acknowledgement", 6000, "c", 2)
    let ended = 0
    recorder.onSettled(() => {
      ended++
      recorder.lose("catchUp", 6000, "c")
    })
    recorder.settle()
    recorder.settle()
    assert.strictEqual(ended, 1)
    assert.deepStrictEqual(figures(), {
      acknowledgement: [1, 1],
      "acknowledgement of c": [1, 1],
      catchUp: [1, 1],
      "catchUp of c": [1, 1],
      delivery: [2, 2],
      "delivery of c": [2, 2],
    })
  })

  it("has taken this long already, while the run goes on, and is not lost yet", () => {
    const { figures, hand, measure, recorder } = setUp("bots")
    measure()
    recorder.done("join", 5000, "c")
    recorder.expect("acknowledgement", 6000, "bots", 2)
    recorder.expect("acknowledgement", 5999, "c", 2)
    recorder.expect("join", 5500, "c")
    hand.now = 6100
    const soFar = recorder.soFar()
    assert.deepStrictEqual(figures(soFar), {
      join: [2, 0],
      acknowledgement: [1, 0],
      "acknowledgement of bots": [1, 0],
      delivery: [2, 0],
      "delivery of bots": [2, 0],
    })
    assert.strictEqual(soFar.get("acknowledgement")!.summary("").max, 100)
    assert.strictEqual(soFar.get("join")!.summary("").max, 600)
    // What is known stays as it is.
    assert.deepStrictEqual(figures(), { join: [1, 0] })
  })
})
