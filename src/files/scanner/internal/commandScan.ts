/** A program that gets the file on its standard input: 0 says that it is clean, 1 that it is infected, as ClamAV's do. */
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import { spawn, type ChildProcess } from "node:child_process"
import type { Scan, Verdict } from "../../FileScanner.ts"
import { feed } from "./feed.ts"
import { ScanError } from "./ScanError.ts"

/** Characters of what it complained about that are told. */
const maxComplaint = 500

const verdicts: Readonly<Record<number, Verdict>> = { 0: "clean", 1: "infected" }

/** With whatever it has started itself: it is the first of a group of its own. */
const end = ({ exitCode, pid, signalCode }: ChildProcess) => {
  if (pid === undefined || exitCode !== null || signalCode !== null) return
  try {
    process.kill(-pid, "SIGKILL")
  } catch {
    // It has ended just now.
  }
}

export const commandScan = (command: string): ((...given: Parameters<Scan>) => Effect.Effect<Verdict, ScanError>) => {
  const [program = "", ...args] = command.split(/\s+/).filter((word) => word !== "")
  const start = Effect.try({
    try: () => spawn(program, args, { stdio: ["pipe", "ignore", "pipe"], detached: true }),
    catch: (cause) => new ScanError({ problem: `${program} could not be started`, cause }),
  })

  const ended = (child: ChildProcess): Effect.Effect<Verdict, ScanError> =>
    Effect.callback((resume) => {
      let complaint = ""
      child.stderr?.on("data", (data) => (complaint = `${complaint}${String(data)}`.slice(-maxComplaint)))
      child.on("error", (cause) =>
        resume(Effect.fail(new ScanError({ problem: `${program} could not be started`, cause }))),
      )
      child.on("exit", (code, signal) => {
        const verdict = code === null ? undefined : verdicts[code]
        const how = code === null ? `was ended by ${signal}` : `ended with ${code}`
        resume(
          verdict === undefined
            ? Effect.fail(new ScanError({ problem: `${program} ${how}: ${complaint.trim()}` }))
            : Effect.succeed(verdict),
        )
      })
    })

  return (_file, bytes: Stream.Stream<Uint8Array, unknown>) =>
    Effect.acquireUseRelease(
      start,
      (child) => {
        // Whoever ends before it has read all is no error of this process.
        child.stdin.on("error", () => undefined)
        const feeding = Effect.mapError(
          feed(bytes, child.stdin),
          (cause) => new ScanError({ problem: "the file could not be read", cause }),
        )
        return Effect.raceFirst(ended(child), Effect.andThen(feeding, Effect.never))
      },
      (child) =>
        Effect.sync(() => {
          end(child)
          child.stdin.destroy()
          child.stderr.destroy()
        }),
    )
}
