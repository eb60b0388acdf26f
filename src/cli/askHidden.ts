import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Terminal from "effect/Terminal"
import * as Readline from "node:readline"
import { Writable } from "node:stream"
import { printable } from "../client/Printable.ts"

/**
 * Asks on the terminal without showing what is typed; fails when the user leaves. The question goes to standard error,
 * since standard output is for messages.
 */
export const askHidden = (question: string): Effect.Effect<Redacted.Redacted, Terminal.QuitError> =>
  Effect.callback((resume) => {
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
    const reader = Readline.createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 })
    let answer: Effect.Effect<Redacted.Redacted, Terminal.QuitError> = Effect.fail(new Terminal.QuitError({}))
    reader.once("line", (line) => {
      answer = Effect.succeed(Redacted.make(line))
      reader.close()
    })
    reader.once("SIGINT", () => reader.close())
    reader.once("close", () => {
      process.stderr.write("\n")
      resume(answer)
    })
    process.stderr.write(printable(question))
    return Effect.sync(() => reader.close())
  })
