/** Where lines go, and where they come from. */
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

/** Whatever is printed here cannot do anything to the terminal but be read. */
export interface Screen {
  /** Prints lines, and waits while the reader takes none. */
  readonly print: (lines: ReadonlyArray<string>) => Effect.Effect<void>
  /** Prints a line about the program itself, beside the output. */
  readonly notice: (line: string) => Effect.Effect<void>
  /** The lines that are typed, until the typing ends; none, without an end, where nobody can type. */
  readonly typed: Stream.Stream<string, CliError.UserError>
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

/** The lines of standard input that are not empty: an empty one is no message. */
const linesOf = ({ stdin }: Stdio.Stdio): Stream.Stream<string, CliError.UserError> =>
  stdin.pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.filter((line) => line.trim() !== ""),
    Stream.mapError((error) => userError(`standard input cannot be read: ${error.message}`, error)),
  )

/**
 * What is typed comes from a terminal, where there is one to type in; from the lines of standard
 * input, whatever that is; or it is of no interest.
 */
export const open = Effect.fnUntraced(function* (options: {
  readonly typing: "terminal" | "lines" | "nothing"
}): Effect.fn.Return<Screen, never, Stdio.Stdio | Scope.Scope> {
  const stdio = yield* Stdio.Stdio
  const both = Effect.zipWith(stdio.stdinIsTerminal, stdio.stdoutIsTerminal, (a, b) => a && b)
  if (options.typing === "terminal" && (yield* both) && !(yield* dumb)) return yield* typing
  if (options.typing !== "lines") return yield* plain(stdio, Stream.never)
  // An input that nobody ends would keep the process.
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
  yield* Effect.addFinalizer(() =>
    Queue.end(prints).pipe(Effect.andThen(Fiber.await(writing)), Effect.timeoutOption(lastWords), Effect.interruptible),
  )
  return {
    print: (lines) => (lines.length === 0 ? Effect.void : Effect.asVoid(Queue.offer(prints, text(lines)))),
    notice: (line) => Effect.ignore(Stream.run(Stream.succeed(text([line])), stdio.stderr())),
    typed,
    left: Effect.asVoid(Fiber.await(writing)),
  }
})
