import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stdio from "effect/Stdio"
import { askHidden } from "./askHidden.ts"
import { firstLines } from "./firstLines.ts"

class PasswordError extends Data.TaggedError("PasswordError")<{ readonly message: string }> {}

/** A new password for `name`, asked for twice on the terminal. */
export const askTwice = Effect.fnUntraced(function* (name: string) {
  const password = yield* askHidden(`New password of ${name}: `)
  const again = yield* askHidden("Again: ")
  if (Redacted.value(again) !== Redacted.value(password)) {
    return yield* new PasswordError({ message: "the two are not the same: nothing was changed" })
  }
  return password
})

/** A line of the standard input as a password; `which` says what is missing there otherwise. */
export const needed = (line: string | undefined, which: string) =>
  line === undefined || line === ""
    ? Effect.fail(new PasswordError({ message: `${which} is needed on the standard input` }))
    : Effect.succeed(Redacted.make(line))

/** A new password for `name`: asked for twice on a terminal, otherwise the first line of the standard input. */
export const askNewPassword = Effect.fnUntraced(function* (name: string) {
  const { stdinIsTerminal } = yield* Stdio.Stdio
  if (yield* stdinIsTerminal) return yield* askTwice(name)
  const [line] = yield* firstLines(1)
  return yield* needed(line, "a password")
})
