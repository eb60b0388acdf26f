// A load process beside a server: started with a plan, ended when it has said its last word.
import * as Effect from "effect/Effect"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Stream from "effect/Stream"
import { pin } from "./Machine.ts"
import { root } from "./ServerProcess.ts"
import type { ServerProcess } from "./ServerProcess.ts"

type Event = { readonly type: string } | { readonly type: "Failed"; readonly reason: string }

/**
 * Runs the load in `file` against the server; succeeds with its last event, `Measured`. Fails where it says `Failed`,
 * or nothing in the end.
 */
export const run = Effect.fnUntraced(function* <E extends Event>(
  file: string,
  plan: object,
  { failure }: ServerProcess,
  options: { readonly core: number | undefined; readonly onEvent?: ((event: E) => void) | undefined },
) {
  const [command = "", ...args] = pin(options.core, [process.execPath, file, JSON.stringify(plan)])
  const child = yield* ChildProcess.make(command, args, { cwd: root, stderr: "inherit", forceKillAfter: "2 seconds" })
  let last: E | undefined
  yield* child.stdout.pipe(
    Stream.decodeText(),
    Stream.splitLines,
    Stream.runForEach((line) =>
      Effect.sync(() => {
        last = JSON.parse(line) as E
        options.onEvent?.(last)
      }),
    ),
  )
  // TypeScript does not see that the stream has set it.
  const outcome = last as E | undefined
  if (outcome?.type === "Measured") return outcome as Extract<E, { readonly type: "Measured" }>
  const reason = outcome !== undefined && "reason" in outcome ? outcome.reason : "the load process ended early"
  // A server that broke off is still being listened to.
  yield* Effect.sleep("100 millis")
  return yield* failure(`failed: ${reason}`)
})
