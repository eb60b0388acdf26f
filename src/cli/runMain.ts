import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Runtime from "effect/Runtime"
import * as os from "node:os"
import * as Logging from "../observability/Logging.ts"
import { complaint } from "./output.ts"
import { survivors } from "./serve/survivors.ts"

/**
 * One Ctrl-C may arrive several times: from the terminal, from npm and from what npm started. Signals within so many
 * milliseconds count as one.
 */
const sameSignalWithin = 500

const codeOf = (signal: NodeJS.Signals): number => 128 + os.constants.signals[signal]

const logDefect = (cause: Cause.Cause<unknown>) =>
  Effect.logFatal("natter failed, which is a defect in it", cause).pipe(Effect.provide(Logging.layer(Logging.defaults)))

/** Prints an expected error as one line. A defect goes to the log. */
export const report = (cause: Cause.Cause<unknown>): Effect.Effect<void> => {
  if (Cause.hasInterruptsOnly(cause)) return Effect.void
  if (Cause.hasDies(cause)) return logDefect(cause)
  const error = Cause.squash(cause)
  if (!Runtime.getErrorReported(error)) return Effect.void
  const message = error instanceof Error ? error.message : String(error)
  return Console.error(complaint(message))
}

export const exitCode = (exit: Exit.Exit<unknown, unknown>, signal: NodeJS.Signals | undefined): number => {
  if (Exit.isSuccess(exit)) return 0
  // A command that is meant to be ended by a signal has set process.exitCode.
  if (Cause.hasInterruptsOnly(exit.cause)) return Number(process.exitCode ?? codeOf(signal ?? "SIGINT"))
  return Runtime.getErrorExitCode(Cause.squash(exit.cause))
}

/** Runs a command. The first signal interrupts it, so that it ends in order; a later one ends the process at once. */
export const runMain = (command: Effect.Effect<void, unknown>): void =>
  Runtime.makeRunMain(({ fiber }) => {
    let signalled: NodeJS.Signals | undefined
    let another = false
    const onSignal = (signal: NodeJS.Signals) => {
      if (another) process.exit(codeOf(signal))
      if (signalled !== undefined) return
      signalled = signal
      setTimeout(() => (another = true), sameSignalWithin).unref()
      fiber.interruptUnsafe()
    }
    const signals = ["SIGINT", "SIGTERM"] as const
    for (const signal of signals) process.on(signal, onSignal)
    // Others may listen as well: what draws on a terminal does, to leave it as it was.
    const onHangUp = (signal: NodeJS.Signals) => {
      if (survivors.size === 0) onSignal(signal)
    }
    process.on("SIGHUP", onHangUp)

    process.once("uncaughtException", (error) => {
      Effect.runSync(logDefect(Cause.die(error)))
      process.exit(1)
    })

    fiber.addObserver((exit) => {
      const code = exitCode(exit, signalled)
      if (code !== 0 || signalled !== undefined) process.exit(code)
      // The process ends by itself, so that everything it has written gets out.
      process.exitCode = 0
      for (const signal of signals) process.off(signal, onSignal)
      process.off("SIGHUP", onHangUp)
    })
  })(Effect.tapCause(command, report), { disableErrorReporting: true })
