import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { userError } from "../userError.ts"

/** Characters that are read: more than any service takes in one message. */
const longest = 1024 * 1024

/** What is to be said: the words, or the standard input without its last line break. */
export const textOf = Effect.fnUntraced(function* (words: ReadonlyArray<string>) {
  if (words.length > 0) return words.join(" ")
  const { stdin } = yield* Stdio.Stdio
  const text = yield* stdin.pipe(
    Stream.decodeText,
    Stream.runFoldEffect(
      () => "",
      (text, part) =>
        text.length > longest
          ? Effect.fail(userError("the standard input is longer than any message may be"))
          : Effect.succeed(text + part),
    ),
    Effect.mapError((error) =>
      "message" in error ? userError(`the standard input can't be read: ${error.message}`) : error,
    ),
  )
  const said = text.replace(/\r?\n$/, "")
  return said === "" ? yield* userError("nothing to say: give a text, or something on the standard input") : said
})
