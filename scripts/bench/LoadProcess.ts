// A load process beside a server: started with a plan, ended when it has said its last word.
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Stream from "effect/Stream"
import { pin } from "./Machine.ts"
import { root } from "./ServerProcess.ts"
import type { ServerProcess } from "./ServerProcess.ts"

type Event = { readonly type: string } | { readonly type: "Failed"; readonly reason: string }

interface Options<E> {
  readonly core: number | undefined
  readonly onEvent?: ((event: E) => void) | undefined
  /** Whether other loads go first: what they measure is the server, and not what this takes from them. */
  readonly isBehind?: boolean | undefined
  /** Of Node. */
  readonly options?: ReadonlyArray<string> | undefined
}

/** Starts the load in `file`; `events` ends when it does. */
const spawn = Effect.fnUntraced(function* <E extends Event>(
  file: string,
  plan: object,
  { core, isBehind = false, onEvent, options = [] }: Options<E>,
) {
  const [command = "", ...args] = pin(core, [
    ...(isBehind ? ["nice", "-n", "19"] : []),
    process.execPath,
    ...options,
    file,
    JSON.stringify(plan),
  ])
  const child = yield* ChildProcess.make(command, args, { cwd: root, stderr: "inherit", forceKillAfter: "2 seconds" })
  return child.stdout.pipe(
    Stream.decodeText(),
    Stream.splitLines,
    Stream.map((line) => JSON.parse(line) as E),
    Stream.tap((event) => Effect.sync(() => onEvent?.(event))),
  )
})

const reasonOf = (event: Event | undefined): string =>
  event !== undefined && "reason" in event ? event.reason : "the load process ended early"

/**
 * Runs the load in `file` against the server; succeeds with its last event, `Measured`. Fails where it says `Failed`,
 * or nothing in the end.
 */
export const run = Effect.fnUntraced(function* <E extends Event>(
  file: string,
  plan: object,
  { failure }: Pick<ServerProcess, "failure">,
  options: Options<E>,
) {
  const last = Option.getOrUndefined(yield* Stream.runLast(yield* spawn(file, plan, options)))
  if (last?.type === "Measured") return last as Extract<E, { readonly type: "Measured" }>
  // A server that broke off is still being listened to.
  yield* Effect.sleep("100 millis")
  return yield* failure(`failed: ${reasonOf(last)}`)
})

/**
 * Runs the load in `file` until the scope closes; succeeds when it says `Held`. `lost` fails should the load end before
 * that.
 */
export const hold = Effect.fnUntraced(function* <E extends Event>(
  file: string,
  plan: object,
  { failure }: ServerProcess,
  options: Options<E>,
) {
  const held = yield* Deferred.make<void>()
  const ended = yield* (yield* spawn(file, plan, options)).pipe(
    Stream.tap(({ type }) => (type === "Held" ? Deferred.succeed(held, undefined) : Effect.void)),
    Stream.runLast,
    Effect.flatMap((last) => Effect.fail(failure(`failed: ${reasonOf(Option.getOrUndefined(last))}`))),
    Effect.forkScoped,
  )
  yield* Effect.raceFirst(Deferred.await(held), Fiber.join(ended))
  return { lost: Fiber.join(ended) }
})
