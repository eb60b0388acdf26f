import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { onTestFinished, vi } from "vitest"
import { standardError } from "../../src/load/internal/progress/screen.ts"

/** Standard error, as it would be. */
const stderr = (properties: Record<string, unknown>, env: Record<string, string | undefined> = {}) => {
  const written: Array<string> = []
  const fake = {
    isTTY: true,
    columns: 100,
    writableNeedDrain: false,
    write: (text: string) => written.push(text),
    ...properties,
  }
  const spy = vi.spyOn(process, "stderr", "get").mockReturnValue(fake as never)
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  onTestFinished(() => {
    spy.mockRestore()
    vi.unstubAllEnvs()
  })
  return { fake, screen: Effect.runSync(standardError), written }
}

const plain = { NO_COLOR: undefined, TERM: "xterm" }

describe("where progress is shown", () => {
  it("is drawn in place on a terminal that can do that, in colours unless somebody wants none", () => {
    const looks = (properties: Record<string, unknown>, env: Record<string, string | undefined>) => {
      const { colours, inPlace } = stderr(properties, { ...plain, ...env }).screen
      return [inPlace, colours]
    }
    assert.deepStrictEqual(looks({}, {}), [true, true])
    assert.deepStrictEqual(looks({ isTTY: false }, {}), [false, true])
    assert.deepStrictEqual(looks({}, { TERM: "dumb" }), [false, true])
    assert.deepStrictEqual(looks({}, { NO_COLOR: "1" }), [true, false])
  })

  it("is as wide as it is now, and waits until what was written is taken", () => {
    const { fake, screen, written } = stderr({})
    assert.deepStrictEqual([screen.columns(), screen.ready()], [100, true])
    Object.assign(fake, { columns: undefined, writableNeedDrain: true })
    assert.deepStrictEqual([screen.columns(), screen.ready()], [80, false])
    screen.write("a")
    assert.deepStrictEqual(written, ["a"])
  })

  it.effect("has no cursor while it is drawn, and has it again however that ends", () =>
    Effect.gen(function* () {
      const { screen, written } = stderr({})
      const before = process.listenerCount("exit")
      yield* Effect.scoped(
        Effect.andThen(
          screen.hideCursor,
          Effect.sync(() => {
            assert.deepStrictEqual(written, ["\u001b[?25l"])
            assert.strictEqual(process.listenerCount("exit"), before + 1)
          }),
        ),
      )
      assert.deepStrictEqual(written, ["\u001b[?25l", "\u001b[?25h"])
      assert.strictEqual(process.listenerCount("exit"), before)
    }),
  )
})
