/** Whose turn it is to send a file, where senders are in several threads: the main thread says so. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { RequestError } from "../../../domain/RequestError.ts"
import * as FileTurns from "../../../files/FileTurns.ts"
import type { ToMain } from "../questions.ts"
import type { Conversation } from "./Conversation.ts"

interface Turn {
  readonly ended: Deferred.Deferred<void>
}

interface ForGateway {
  /** Done when it is this turn. */
  readonly take: (asked: ToMain["TakeFile"][0]) => Effect.Effect<void>
  readonly taken: (asked: ToMain["FileTaken"][0]) => Effect.Effect<void>
}

/** The turns of one gateway, in the main thread, until the scope closes. `yields` tells it that another sender has come. */
export const forGateway = Effect.fnUntraced(function* (
  turns: FileTurns.FileTurnsShape,
  yields: (turn: number) => void,
): Effect.fn.Return<ForGateway, never, Scope.Scope> {
  const run = yield* FiberSet.makeRuntime()
  const held = new Map<number, Turn>()
  return {
    take: ({ file, turn }) =>
      Effect.suspend(() => {
        const granted = Deferred.makeUnsafe<void>()
        const ended = Deferred.makeUnsafe<void>()
        held.set(turn, { ended })
        const holding = turns.take(file, (another) => {
          Deferred.doneUnsafe(granted, Exit.void)
          const told = Effect.catch(another, () => Effect.sync(() => yields(turn)))
          return Effect.raceFirst(Deferred.await(ended), Effect.andThen(told, Effect.never))
        })
        // One that is overtaken while it waits is given its turn only to be told that.
        const overtaken = Effect.sync(() => {
          Deferred.doneUnsafe(granted, Exit.void)
          yields(turn)
        })
        run(Effect.catch(holding, () => overtaken))
        return Deferred.await(granted)
      }),
    taken: ({ turn }) =>
      Effect.sync(() => {
        const one = held.get(turn)
        held.delete(turn)
        if (one !== undefined) Deferred.doneUnsafe(one.ended, Exit.void)
      }),
  }
})

interface InGateway extends FileTurns.FileTurnsShape {
  /** Another sender has come, somewhere. */
  readonly yield: (turn: number) => void
}

/** In a gateway: those of this thread take their turns among themselves, and then that of the thread. */
export const inGateway = (main: Pick<Conversation<ToMain>, "ask" | "tell">): InGateway => {
  const here = FileTurns.make()
  const yielding = new Map<number, Deferred.Deferred<never, RequestError>>()
  let last = 0
  return {
    get size() {
      return here.size
    },
    take: (file, write) =>
      here.take(file, (another) =>
        Effect.suspend(() => {
          const turn = ++last
          const elsewhere = Deferred.makeUnsafe<never, RequestError>()
          yielding.set(turn, elsewhere)
          const asked = Effect.mapError(
            main.ask("TakeFile", { turn, file }),
            ({ message }) => new RequestError({ reason: "Unavailable", detail: message }),
          )
          const yields = Effect.raceFirst(another, Deferred.await(elsewhere))
          return Effect.raceFirst(asked, another).pipe(
            Effect.andThen(Effect.suspend(() => write(yields))),
            Effect.ensuring(
              Effect.sync(() => {
                yielding.delete(turn)
                main.tell("FileTaken", { turn })
              }),
            ),
          )
        }),
      ),
    yield: (turn) => {
      const one = yielding.get(turn)
      if (one !== undefined) Deferred.doneUnsafe(one, Exit.fail(new RequestError({ reason: "UploadTaken" })))
    },
  }
}
