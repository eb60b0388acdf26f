/** What `natter load worker` does. */
import * as Effect from "effect/Effect"
import * as Worker from "../../load/Worker.ts"
import { usageError } from "./exit.ts"

export const run = Effect.suspend(() =>
  process.send === undefined
    ? Effect.fail(usageError("it is started by `natter load run --processes`, and by nobody else"))
    : Worker.run,
)
