import { assert, describe, it } from "@effect/vitest"
import type { Metrics } from "../../../src/web/admin/model/answers.ts"
import { Watch } from "../../../src/web/admin/model/Watch.ts"

const turn = () => new Promise((done) => setImmediate(done))

/** A page that is looked at or not, at a service that answers or not, in a time of its own. */
const world = () => {
  const state = { now: 0, visible: true, asked: 0, answers: true, messages: 0 }
  const timers = new Set<{ readonly at: number; readonly run: () => void }>()
  const changes: Array<() => void> = []
  const refused: Array<unknown> = []
  const api = {
    ask: async <A>(path: string): Promise<A> => {
      if (!state.answers) throw new Error("away")
      if (path === "/service") return { version: "1" } as A
      state.asked++
      const metrics: Metrics = {
        at: state.now,
        metrics: [{ name: "natter_messages_total", labels: {}, value: state.messages }],
      }
      return metrics as A
    },
  }
  const env = {
    now: () => state.now,
    later: (millis: number, run: () => void) => {
      const timer = { at: state.now + millis, run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
  }
  const sight = { isVisible: () => state.visible, onChange: (run: () => void) => void changes.push(run) }
  const watch = new Watch(api, env, sight, (error) => void refused.push(error))
  const pass = async (millis: number) => {
    for (const end = state.now + millis; state.now < end;) {
      state.now += 100
      for (const timer of timers) {
        if (timer.at > state.now) continue
        timers.delete(timer)
        timer.run()
      }
      await turn()
    }
  }
  const look = async (visible: boolean) => {
    state.visible = visible
    for (const change of changes) change()
    await turn()
  }
  const messages = () => watch.moments.value.map(({ figures }) => figures?.messages)
  return { look, messages, pass, refused, state, watch }
}

describe("the figures that are watched", () => {
  it("are read every two seconds, and say what was between", async () => {
    const { messages, pass, state, watch } = world()
    watch.start()
    await pass(100)
    state.messages = 20
    await pass(4000)
    assert.strictEqual(state.asked, 3)
    assert.lengthOf(messages(), 2)
    assert.closeTo(messages()[0]!, 10, 0.6)
    assert.strictEqual(messages()[1], 0)
    watch.stop()
    await pass(10_000)
    assert.strictEqual(state.asked, 3)
  })

  it("stand still while nobody looks, and are broken there", async () => {
    const { look, messages, pass, state, watch } = world()
    watch.start()
    await pass(2100)
    await look(false)
    await pass(60_000)
    assert.strictEqual(state.asked, 2)
    state.messages = 5000
    await look(true)
    await pass(2100)
    assert.deepStrictEqual(messages().slice(1), [undefined, 0])
  })

  it("are ten minutes at most", async () => {
    const { messages, pass, watch } = world()
    watch.start()
    await pass(11 * 60_000)
    assert.lengthOf(messages(), 300)
  })

  it("are known to be old where the service is away, and go on by themselves", async () => {
    const { messages, pass, refused, state, watch } = world()
    watch.start()
    await pass(2100)
    state.answers = false
    await pass(4000)
    assert.isTrue(watch.isLost.value)
    assert.lengthOf(refused, 2)
    state.answers = true
    await pass(2100)
    assert.isFalse(watch.isLost.value)
    assert.isAbove(messages().length, 1)
  })
})
