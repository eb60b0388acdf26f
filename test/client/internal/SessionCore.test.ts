import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import { SessionCore } from "../../../src/client/internal/SessionCore.ts"
import { RequestError } from "../../../src/domain/RequestError.ts"
import { linkOf } from "./fakes.ts"

const settled = TestClock.adjust(0)

/** A core, and how many of its requests wait for an answer. */
const setting = Effect.gen(function* () {
  const core = yield* SessionCore.make(linkOf({}), Duration.seconds(30))
  const { waiting } = core as unknown as { readonly waiting: ReadonlyMap<number, unknown> }
  return { core, waiting }
})

const bytes = new Uint8Array(10)

describe("SessionCore", () => {
  it.effect("keeps nothing of a request that was answered, given up, or could not be written", () =>
    Effect.gen(function* () {
      const { core, waiting } = yield* setting
      const refs: Array<number> = []
      const asking = Effect.forkChild(core.request((ref) => (refs.push(ref), Result.succeed(bytes))))
      const [answered, interrupted] = [yield* asking, yield* asking]
      yield* settled
      assert.deepStrictEqual([...waiting.keys()], refs)
      core.settle(refs[0]!, Exit.succeed({ type: "Ok" }))
      assert.deepStrictEqual<unknown>(yield* Fiber.join(answered), { type: "Ok" })
      yield* Fiber.interrupt(interrupted)
      const refused = new RequestError({ reason: "InvalidFrame" })
      assert.strictEqual(yield* Effect.flip(core.request(() => Result.fail(refused))), refused)
      assert.strictEqual(waiting.size, 0)
      // An answer that comes too late is nobody's.
      core.settle(refs[1]!, Exit.succeed({ type: "Ok" }))
      assert.deepStrictEqual([refs, core.nextRef()], [[1, 2], 4])
    }),
  )
})
