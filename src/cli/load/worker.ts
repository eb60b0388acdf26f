/** `natter load worker`: one of the processes that `natter load run --processes` starts. It is not for people. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"

export const worker = Command.make("worker", {}, () =>
  Effect.flatMap(
    Effect.promise(() => import("./runWorker.ts")),
    ({ run }) => run,
  ),
).pipe(Command.withDescription("Play a share of a scenario for the process that starts it"), Command.unlisted)
