/**
 * The `natter` command in this process, for what it takes to start one is a hundred times what most commands take. That a
 * process ends by itself, and how it does at a signal or in a terminal, only one of its own shows: see NatterProcess.ts.
 */
import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as EffectConsole from "effect/Console"
import * as Exit from "effect/Exit"
import { Console } from "node:console"
import { Readable, Writable } from "node:stream"
import { natter } from "../../src/cli/commands.ts"
import { exitCode, report } from "../../src/cli/runMain.ts"
import { environment, main, type Ran } from "./NatterProcess.ts"

export interface Options {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly input?: string
}

/** Keeps what is written to it. */
const kept = () => {
  const chunks: Array<Buffer> = []
  const write = (chunk: Buffer, _: BufferEncoding, done: () => void) => {
    chunks.push(chunk)
    done()
  }
  return { stream: new Writable({ write }), text: () => Buffer.concat(chunks).toString() }
}

/** Does something while the process has these properties, and is in this folder. */
const withProcess = async <A>(properties: object, cwd: string | undefined, act: () => Promise<A>): Promise<A> => {
  const before = process.cwd()
  const saved = Object.keys(properties).map((name) => [name, Object.getOwnPropertyDescriptor(process, name)!] as const)
  try {
    for (const [name, value] of Object.entries(properties)) {
      Object.defineProperty(process, name, { value, configurable: true, enumerable: true, writable: true })
    }
    if (cwd !== undefined) process.chdir(cwd)
    return await act()
  } finally {
    if (cwd !== undefined) process.chdir(before)
    for (const [name, descriptor] of saved) Object.defineProperty(process, name, descriptor)
  }
}

/** As a process gets it: what has no value is not in it. */
const defined = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))

const runAlone = (args: ReadonlyArray<string>, options: Options): Promise<Ran> => {
  const [stdout, stderr] = [kept(), kept()]
  const properties = {
    argv: [process.execPath, main, ...args],
    env: defined({ ...environment, ...options.env }),
    stdin: Readable.from(options.input ? [Buffer.from(options.input)] : []),
    stdout: stdout.stream,
    stderr: stderr.stream,
  }
  return withProcess(properties, options.cwd, async () => {
    const exit = await Effect.runPromiseExit(
      natter.pipe(
        Effect.tapCause(report),
        Effect.provideService(EffectConsole.Console, new Console(stdout.stream, stderr.stream)),
        Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env: properties.env }))),
      ),
    )
    if (Exit.isFailure(exit) && Cause.hasDies(exit.cause)) throw Cause.squash(exit.cause)
    return { code: exitCode(exit, undefined), signal: null, stdout: stdout.text(), stderr: stderr.text() }
  })
}

// There is one process to be had: they take turns.
let last: Promise<unknown> = Promise.resolve()

/** Runs a command to its end, with this as its standard input: as `run` of NatterProcess.ts, but in this process. */
export const run = (args: ReadonlyArray<string>, options: Options = {}): Promise<Ran> => {
  const ran = last.then(() => runAlone(args, options))
  last = ran.catch(() => {})
  return ran
}
