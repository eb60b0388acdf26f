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
import { PassThrough, Writable } from "node:stream"
import { StringDecoder } from "node:string_decoder"
import { onTestFinished } from "vitest"
import { natter } from "../../src/cli/commands.ts"
import { exitCode, report } from "../../src/cli/runMain.ts"
import { type Ended, environment, main, type Ran, Running } from "./NatterProcess.ts"

interface Options {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly input?: string
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

// There is one process to be had: they take turns.
let last: Promise<unknown> = Promise.resolve()

/** A command in this process, which is interrupted after the test if it is still there. */
class Here extends Running {
  readonly stdin = new PassThrough()
  readonly ended: Promise<Ended>

  constructor(args: ReadonlyArray<string>, options: Options) {
    super()
    const aborted = new AbortController()
    const properties = {
      argv: [process.execPath, main, ...args],
      env: defined({ ...environment, ...options.env }),
      stdin: this.stdin,
      stdout: this.output("stdout"),
      stderr: this.output("stderr"),
    }
    const command = natter.pipe(
      Effect.tapCause(report),
      Effect.provideService(EffectConsole.Console, new Console(properties.stdout, properties.stderr)),
      Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env: properties.env }))),
    )
    this.ended = last.then(() =>
      withProcess(properties, options.cwd, async () => {
        const exit = await Effect.runPromiseExit(command, { signal: aborted.signal })
        // As a process it would say so in its log.
        if (Exit.isFailure(exit) && Cause.hasDies(exit.cause)) throw Cause.squash(exit.cause)
        return { code: exitCode(exit, undefined), signal: null }
      }),
    )
    last = this.ended.catch(() => {})
    onTestFinished(async () => {
      aborted.abort()
      await last
    })
  }

  private output(name: "stdout" | "stderr"): Writable {
    const decoder = new StringDecoder()
    return new Writable({
      write: (chunk, _, done) => {
        this.take(name, decoder.write(chunk))
        done()
      },
    })
  }
}

/** A command whose standard input is open: as `natter` of NatterProcess.ts, but in this process. */
export const start = (args: ReadonlyArray<string>, options: Omit<Options, "input"> = {}): Here =>
  new Here(args, options)

/** Runs a command to its end, with this as its standard input: as `run` of NatterProcess.ts, but in this process. */
export const run = async (args: ReadonlyArray<string>, options: Options = {}): Promise<Ran> => {
  const running = new Here(args, options)
  running.stdin.end(options.input ?? "")
  const ended = await running.ended
  return { ...ended, stdout: running.stdout, stderr: running.stderr }
}
