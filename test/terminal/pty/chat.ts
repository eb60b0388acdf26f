/** Users in terminals of their own, with a server of their own. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { environment, main, makeFolder, serve } from "../../cli/NatterProcess.ts"
import { type Screen, type Size, spawn } from "../../cli/Screen.ts"

export const enter = "\r"
export const escape = "\u001b"

/** A server as a process. */
export const server = Effect.promise(() => serve(makeFolder()))

interface Options {
  readonly size?: Size | undefined
  readonly args?: ReadonlyArray<string>
  readonly env?: NodeJS.ProcessEnv | undefined
}

/** Starts `natter` in a terminal of 80 columns and 24 rows, or of another size. */
export const open = (args: ReadonlyArray<string>, { env, size }: Options = {}) =>
  spawn(process.execPath, [main, ...args], { size, env: { ...environment, ...env } })

/** A terminal client that has joined. */
export const join = Effect.fnUntraced(function* (
  port: number,
  name: string,
  options: Options = {},
): Effect.fn.Return<Screen, never, Scope.Scope> {
  const { args = [], env, size } = options
  const screen = yield* open(["chat", `:${port}`, "--name", name, ...args], {
    size,
    env: { NATTER_PASSWORD: `secret of ${name}`, ...env },
  })
  yield* screen.shows(/\(\d+\)/)
  return screen
})

/** The modes of the terminal that have to be the same before and after. */
export const untouched = {
  alternate: false,
  bracketedPaste: false,
  cursorShown: true,
  mouse: false,
} as const
