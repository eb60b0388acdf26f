/** Users in terminals of their own, with a server of their own. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { afterAll } from "vitest"
import { environment, main, makeFolder, serve } from "../../cli/NatterProcess.ts"
import { type Screen, type Size, spawn } from "../../cli/Screen.ts"

export const enter = "\r"
export const escape = "\u001b"

/** A server as a process. */
export const server = Effect.promise(() => serve(makeFolder()))

const startShared = async () => {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), "natter-cli-"))
  const started = await serve(data, { outlives: true })
  return Object.assign(started, { data })
}

let running: ReturnType<typeof startShared> | undefined

afterAll(async () => {
  if (running === undefined) return
  const { child, data, ended } = await running
  child.kill("SIGKILL")
  await ended
  fs.rmSync(data, { recursive: true })
})

/** The same for all tests of a file: for those who do not mind what was said before. */
export const shared = Effect.promise(() => (running ??= startShared()))

interface Options {
  readonly size?: Size | undefined
  readonly args?: ReadonlyArray<string>
  readonly env?: NodeJS.ProcessEnv | undefined
  readonly kitty?: boolean | undefined
  readonly apart?: boolean | undefined
}

/** Starts `natter` in a terminal of 80 columns and 24 rows, or of another size. */
export const open = (args: ReadonlyArray<string>, { apart, env, kitty, size }: Options = {}) =>
  spawn(process.execPath, [main, ...args], { size, kitty, apart, env: { ...environment, ...env } })

/** A terminal client that has joined. */
export const join = Effect.fnUntraced(function* (
  port: number,
  name: string,
  options: Options = {},
): Effect.fn.Return<Screen, never, Scope.Scope> {
  const { apart, args = [], env, kitty, size } = options
  const screen = yield* open(["chat", `:${port}`, "--name", name, ...args], {
    size,
    kitty,
    apart,
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
  autowrap: true,
} as const
