/** Lines on a screen of their own, wrapped by the terminal alone: what is selected there is copied as it was written. */
import * as Effect from "effect/Effect"
import { bareHint } from "../Bare.ts"
import { drawable } from "./Drawable.ts"
import * as EscapeSequences from "./EscapeSequences.ts"

type Input = Pick<NodeJS.ReadStream, "once" | "off" | "setRawMode" | "pause" | "resume">

/** Until a key is pressed. */
export const showBare = (
  input: Input,
  write: (sequence: string) => void,
  lines: ReadonlyArray<string>,
): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const over = () => {
      input.off("data", over)
      input.setRawMode(false)
      input.pause()
      write(EscapeSequences.otherScreen(false))
      resume(Effect.void)
    }
    write(EscapeSequences.otherScreen(true))
    write(`${lines.map(drawable).join("\r\n")}\r\n${EscapeSequences.inverse(` ${bareHint} `)}`)
    input.setRawMode(true)
    input.once("data", over)
    input.resume()
    return Effect.sync(over)
  })
