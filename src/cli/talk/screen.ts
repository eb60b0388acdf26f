/** Prints lines, and reads those that are typed. */
import type * as Cause from "effect/Cause"
import type * as CliError from "effect/cli/CliError"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { printable } from "../../client/Printable.ts"
import { userError } from "../userError.ts"
import * as Terminal from "./lineEditor.ts"

/** Control characters are removed from what is printed, so that messages cannot do anything to the terminal. */
export interface Screen {
  /** Prints lines, and waits while the reader takes none. */
  readonly print: (lines: ReadonlyArray<string>) => Effect.Effect<void>
  /** Prints a line about the program itself: on standard error, where the output is not a terminal. */
  readonly notice: (line: string) => Effect.Effect<void>
  /** The lines that are typed; ends when the input ends. Where nothing can be typed it never ends. */
  readonly typed: Stream.Stream<string, CliError.UserError>
  /** Done when the reader has left: by Ctrl-C, or a pipe that nobody reads any more. */
  readonly left: Effect.Effect<void>
}

/** Time for the reader to take what was printed, when the program ends. */
const lastWords = Duration.seconds(2)
/** Prints that wait for the reader, at most. */
const printsAhead = 16

const text = (lines: ReadonlyArray<string>): string => lines.map((line) => `${printable(line)}\n`).join("")

const dumb = Config.String("TERM").pipe(
  Effect.orElseSucceed(() => ""),
  Effect.map((term) => term === "dumb"),
)

/** The lines of standard input that are not empty: an empty one is no message. */
const linesOf = ({ stdin }: Stdio.Stdio): Stream.Stream<string, CliError.UserError> =>
  stdin.pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.filter((line) => line.trim() !== ""),
    Stream.mapError((error) => userError(`standard input cannot be read: ${error.message}`, error)),
  )

/**
 * With `typing`, "terminal" reads lines where standard input and output are a terminal, "lines" reads standard input
 * whatever it is, and "nothing" reads nothing.
 */
export const open = Effect.fnUntraced(function* (options: {
  readonly typing: "terminal" | "lines" | "nothing"
}): Effect.fn.Return<Screen, never, Stdio.Stdio | Scope.Scope> {
  const stdio = yield* Stdio.Stdio
  const both = Effect.zipWith(stdio.stdinIsTerminal, stdio.stdoutIsTerminal, (a, b) => a && b)
  if (options.typing === "terminal" && (yield* both) && !(yield* dumb)) return yield* typing
  if (options.typing !== "lines") return yield* plain(stdio, Stream.never)
  // An input that does not end would keep the process from ending.
  yield* Effect.addFinalizer(() => Effect.sync(() => process.stdin.destroy()))
  return yield* plain(stdio, linesOf(stdio))
})

const typing: Effect.Effect<Screen, never, Scope.Scope> = Effect.map(Terminal.open, (terminal) => ({
  print: (lines) => Effect.sync(() => terminal.above(text(lines))),
  notice: (line) => Effect.sync(() => terminal.above(text([`* ${line}`]))),
  typed: terminal.typed,
  left: terminal.left,
}))

const plain = Effect.fnUntraced(function* (
  stdio: Stdio.Stdio,
  typed: Screen["typed"],
): Effect.fn.Return<Screen, never, Scope.Scope> {
  const prints = yield* Queue.bounded<string, Cause.Done>(printsAhead)
  const writing = yield* Stream.fromQueue(prints).pipe(Stream.run(stdio.stdout()), Effect.ignore, Effect.forkScoped)
  // Not interruptible: who closes may be interrupted already, and the last lines would not be waited for.
  yield* Effect.addFinalizer(() =>
    Effect.andThen(Queue.end(prints), Effect.timeoutOption(Fiber.await(writing), lastWords)),
  )
  return {
    print: (lines) => (lines.length === 0 ? Effect.void : Effect.asVoid(Queue.offer(prints, text(lines)))),
    notice: (line) => Effect.ignore(Stream.run(Stream.succeed(text([line])), stdio.stderr())),
    typed,
    left: Effect.asVoid(Fiber.await(writing)),
  }
})
