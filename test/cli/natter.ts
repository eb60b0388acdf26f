/** The `natter` command in a terminal. */
import * as Pty from "@lydell/node-pty"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { stripVTControlCharacters } from "node:util"
import { environment, main } from "./NatterProcess.ts"

export interface InTerminal {
  /** Waits until it is shown something that matches, behind what was seen before; colours and moves do not count. */
  readonly see: (pattern: RegExp) => Effect.Effect<void>
  /** All that the terminal was shown, as it came. */
  readonly raw: () => string
  readonly type: (keys: string) => void
  /** The exit code. */
  readonly ended: Effect.Effect<number>
}

/** Starts it in a terminal of 80 columns; killed with the scope if it is still there. */
export const startInTerminal = (
  args: ReadonlyArray<string>,
  more: NodeJS.ProcessEnv = {},
): Effect.Effect<InTerminal, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const env = { ...environment, TERM: "xterm-256color", ...more }
      return Pty.spawn(process.execPath, [main, ...args], { cols: 80, rows: 24, env })
    }),
    (terminal) => Effect.sync(() => terminal.kill("SIGKILL")),
  ).pipe(Effect.map(observe))

const observe = (terminal: Pty.IPty): InTerminal => {
  let raw = ""
  let unseen = ""
  let look = () => {}
  const exited = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)))
  const gone = exited.then(() => "gone" as const)
  terminal.onData((data) => {
    raw += data
    unseen += stripVTControlCharacters(data)
    look()
  })
  const see = async (pattern: RegExp): Promise<void> => {
    while (true) {
      const match = pattern.exec(unseen)
      if (match !== null) {
        unseen = unseen.slice(match.index + match[0].length)
        return
      }
      const more = new Promise<void>((resolve) => (look = resolve))
      if ((await Promise.race([more, gone])) === "gone") throw new Error(`ended without ${pattern}:\n${unseen}`)
    }
  }
  return {
    see: (pattern) => Effect.promise(() => see(pattern)),
    raw: () => raw,
    type: (keys) => terminal.write(keys),
    ended: Effect.promise(() => exited),
  }
}
