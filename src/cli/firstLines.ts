/** The first lines of the standard input. A password is never an argument: other users of the machine can see those. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { maxPasswordLength } from "../domain/Limits.ts"

class InputError extends Data.TaggedError("InputError")<{ readonly message: string }> {}

/** So many lines, each with a password in it; those that are not there are empty. */
export const firstLines = Effect.fnUntraced(
  function* (count: number) {
    const { stdin } = yield* Stdio.Stdio
    const read = yield* stdin.pipe(
      Stream.decodeText,
      Stream.scan(
        () => "",
        (text, part) => text + part,
      ),
      Stream.takeUntil((text) => text.split("\n").length > count || text.length > 2 * count * maxPasswordLength),
      Stream.runLast,
    )
    const lines = read._tag === "Some" ? read.value.split(/\r?\n/) : []
    return Array.from({ length: count }, (_, at) => lines[at] ?? "")
  },
  Effect.mapError(({ message }) => new InputError({ message: `the standard input can't be read: ${message}` })),
)
