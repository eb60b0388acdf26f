import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { FileId } from "../../../src/domain/FileId.ts"
import type { RequestError } from "../../../src/domain/RequestError.ts"
import * as FileTurns from "../../../src/files/FileTurns.ts"
import { Unanswered } from "../../../src/server/gateways/internal/Conversation.ts"
import { forGateway, inGateway } from "../../../src/server/gateways/internal/fileTurns.ts"

const file = FileId.make("0199aaaa-0000-7000-8000-000000000001")
const another = FileId.make("0199aaaa-0000-7000-8000-000000000002")

/** A gateway, and what the main thread has of it, in one thread; until the scope closes, as if the gateway had ended. */
const gateway = Effect.fnUntraced(function* (turns: FileTurns.FileTurnsShape) {
  let yields = (_: number) => {}
  const run = Effect.runForkWith(yield* Effect.context<never>())
  const main = yield* forGateway(turns, (turn) => yields(turn))
  const own = inGateway({
    ask: (name, value) => {
      assert.strictEqual(name, "TakeFile")
      return Effect.mapError(main.take(value as never), () => new Unanswered({ message: "gone" })) as never
    },
    tell: (name, value) => {
      assert.strictEqual(name, "FileTaken")
      run(main.taken(value as never))
    },
  })
  yields = own.yield
  return own
})

/** Writes until it is told to yield, or may end. */
const writer = (turns: FileTurns.FileTurnsShape, id: FileId, log: Array<string>, name: string) => {
  const begun = Deferred.makeUnsafe<void>()
  const mayEnd = Deferred.makeUnsafe<void>()
  const writing = turns.take(id, (yields) =>
    Effect.raceFirst(
      yields,
      Effect.sync(() => log.push(`${name} begins`)).pipe(
        Effect.andThen(Deferred.succeed(begun, undefined)),
        Effect.andThen(Deferred.await(mayEnd)),
      ),
    ).pipe(Effect.ensuring(Effect.sync(() => log.push(`${name} ends`)))),
  )
  return { writing, begun: Deferred.await(begun), end: Deferred.succeed(mayEnd, undefined) }
}

const reason = (exit: Exit.Exit<unknown, RequestError>): string | undefined => {
  const error = Exit.isFailure(exit) ? exit.cause.reasons.find((one) => one._tag === "Fail")?.error : undefined
  return error?.reason
}

describe("turns to send a file", () => {
  it.live("go to whoever comes last, in whichever thread, once the one before has ended", () =>
    Effect.gen(function* () {
      const turns = FileTurns.make()
      const [one, other] = [yield* gateway(turns), yield* gateway(turns)]
      const log: Array<string> = []
      const first = writer(one, file, log, "first")
      const running = yield* Effect.forkChild(Effect.exit(first.writing))
      yield* first.begun
      const second = writer(other, file, log, "second")
      const next = yield* Effect.forkChild(Effect.exit(second.writing))
      yield* second.begun
      assert.strictEqual(reason(yield* Fiber.join(running)), "UploadTaken")
      const third = writer(turns, file, log, "third")
      const last = yield* Effect.forkChild(Effect.exit(third.writing))
      yield* third.begun
      assert.strictEqual(reason(yield* Fiber.join(next)), "UploadTaken")
      yield* third.end
      assert.isTrue(Exit.isSuccess(yield* Fiber.join(last)))
      assert.deepStrictEqual(log, [
        "first begins",
        "first ends",
        "second begins",
        "second ends",
        "third begins",
        "third ends",
      ])
      assert.deepStrictEqual([one.size, other.size, turns.size], [0, 0, 0])
    }).pipe(Effect.scoped),
  )

  it.live("of one file are not in the way of those of another", () =>
    Effect.gen(function* () {
      const turns = FileTurns.make()
      const [one, other] = [yield* gateway(turns), yield* gateway(turns)]
      const log: Array<string> = []
      const [first, second] = [writer(one, file, log, "first"), writer(other, another, log, "second")]
      const running = yield* Effect.forkChild(Effect.all([first.writing, second.writing], { concurrency: "unbounded" }))
      yield* first.begun
      yield* second.begun
      yield* first.end
      yield* second.end
      yield* Fiber.join(running)
    }).pipe(Effect.scoped),
  )

  it.live("are free again with a thread that ends", () =>
    Effect.gen(function* () {
      const turns = FileTurns.make()
      const own = yield* Scope.make()
      const lost = yield* Scope.provide(gateway(turns), own)
      const log: Array<string> = []
      const first = writer(lost, file, log, "first")
      yield* Effect.forkChild(Effect.exit(first.writing))
      yield* first.begun
      yield* Scope.close(own, Exit.void)
      const second = writer(turns, file, log, "second")
      const next = yield* Effect.forkChild(second.writing)
      yield* second.begun
      yield* second.end
      yield* Fiber.join(next)
    }).pipe(Effect.scoped),
  )
})
