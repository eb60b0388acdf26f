/** `natter load worker`: a process of `natter load run --processes`, which alone starts it. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { wrongUse } from "./internal/loadExit.ts"

export const loadWorker = Command.make(
  "worker",
  {},
  Effect.fnUntraced(function* () {
    if (process.send === undefined) {
      return yield* wrongUse("it is started by `natter load run --processes`, and by nobody else")
    }
    const Worker = yield* Effect.promise(() => import("../load/Worker.ts"))
    yield* Worker.run
  }),
).pipe(Command.withDescription("Play a share of a scenario for the process that starts it"), Command.unlisted)
