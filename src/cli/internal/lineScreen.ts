/** Where lines go, and where they come from. */
import type * as Cause from "effect/Cause"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { printable } from "../../client/Printable.ts"
import * as Terminal from "./lineTerminal.ts"

/** Whatever is printed here cannot do anything to the terminal but be read. */
export interface Screen {
  /** Prints lines, and waits while the reader takes none. */
  readonly print: (lines: ReadonlyArray<string>) => Effect.Effect<void>
  /** Prints a line about the program itself, beside the output. */
  readonly notice: (line: string) => Effect.Effect<void>
  /** The lines that are typed, until the typing ends; none, without an end, where nobody can type. */
  readonly typed: Stream.Stream<string>
  /** Done when the reader has left: by Ctrl-C, or a pipe that nobody reads any more. */
  readonly left: Effect.Effect<void>
}

/** Time for what was printed to be taken, when the program ends. */
const lastWords = Duration.seconds(2)
/** Prints that wait for the reader. */
const printsAhead = 16

const text = (lines: ReadonlyArray<string>): string => lines.map((line) => `${printable(line)}\n`).join("")

const dumb = Config.String("TERM").pipe(
  Effect.orElseSucceed(() => ""),
  Effect.map((term) => term === "dumb"),
)

/** A terminal to type in where that is wanted and there is one, otherwise plain output. */
export const open = Effect.fnUntraced(function* (options: {
  readonly typing: boolean
}): Effect.fn.Return<Screen, never, Stdio.Stdio | Scope.Scope> {
  const stdio = yield* Stdio.Stdio
  const both = Effect.zipWith(stdio.stdinIsTerminal, stdio.stdoutIsTerminal, (a, b) => a && b)
  const canType = options.typing && (yield* both) && !(yield* dumb)
  return yield* canType ? typing : plain(stdio)
})

const typing: Effect.Effect<Screen, never, Scope.Scope> = Effect.map(Terminal.open, (terminal) => ({
  print: (lines) => Effect.sync(() => terminal.above(text(lines))),
  notice: (line) => Effect.sync(() => terminal.above(text([`* ${line}`]))),
  typed: terminal.typed,
  left: terminal.left,
}))

const plain = Effect.fnUntraced(function* (stdio: Stdio.Stdio): Effect.fn.Return<Screen, never, Scope.Scope> {
  const prints = yield* Queue.bounded<string, Cause.Done>(printsAhead)
  const writing = yield* Stream.fromQueue(prints).pipe(Stream.run(stdio.stdout()), Effect.ignore, Effect.forkScoped)
  yield* Effect.addFinalizer(() =>
    Queue.end(prints).pipe(Effect.andThen(Fiber.await(writing)), Effect.timeoutOption(lastWords), Effect.interruptible),
  )
  return {
    print: (lines) => (lines.length === 0 ? Effect.void : Effect.asVoid(Queue.offer(prints, text(lines)))),
    notice: (line) => Effect.ignore(Stream.run(Stream.succeed(text([line])), stdio.stderr())),
    typed: Stream.never,
    left: Effect.asVoid(Fiber.await(writing)),
  }
})
