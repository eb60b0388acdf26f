/** `natter load worker`: a process of `natter load run --processes`, which alone starts it. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"

export const worker = Command.make("worker", {}, () =>
  Effect.flatMap(
    Effect.promise(() => import("./runWorker.ts")),
    ({ run }) => run,
  ),
).pipe(Command.withDescription("Play a share of a scenario for the process that starts it"), Command.unlisted)
