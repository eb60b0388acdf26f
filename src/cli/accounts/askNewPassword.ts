import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { maxPasswordLength } from "../../domain/Limits.ts"
import { askHidden } from "../askHidden.ts"

class PasswordError extends Data.TaggedError("PasswordError")<{ readonly message: string }> {}

/** The first line of the standard input. A password is never an argument: other users of the machine can see those. */
const firstLine = Effect.gen(function* () {
  const { stdin } = yield* Stdio.Stdio
  const line = yield* stdin.pipe(
    Stream.decodeText,
    Stream.scan(
      () => "",
      (text, part) => text + part,
    ),
    Stream.takeUntil((text) => text.includes("\n") || text.length > 2 * maxPasswordLength),
    Stream.runLast,
  )
  return line._tag === "Some" ? line.value.replace(/\r?\n[^]*$/, "") : ""
}).pipe(
  Effect.mapError(({ message }) => new PasswordError({ message: `the standard input can't be read: ${message}` })),
)

/** A new password for `name`: asked for twice on a terminal, otherwise the first line of the standard input. */
export const askNewPassword = Effect.fnUntraced(function* (name: string) {
  const { stdinIsTerminal } = yield* Stdio.Stdio
  if (!(yield* stdinIsTerminal)) {
    const line = yield* firstLine
    if (line === "") return yield* new PasswordError({ message: "a password is needed on the standard input" })
    return Redacted.make(line)
  }
  const password = yield* askHidden(`New password of ${name}: `)
  const again = yield* askHidden("Again: ")
  if (Redacted.value(again) !== Redacted.value(password)) {
    return yield* new PasswordError({ message: "the two are not the same: nothing was changed" })
  }
  return password
})
