// The client of a transfer as a process that is told what to do.
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { spawn } from "node:child_process"
import * as readline from "node:readline"
import { fileURLToPath } from "node:url"
import { CrashError } from "../CrashError.ts"
import type { Direction, Plan, Said } from "./Plan.ts"

export interface ClientProcess {
  readonly pid: number
  /** Has it move the file one way; `at` is told how far it is. Succeeds with the hash. */
  readonly move: (direction: Direction, at: (bytes: number) => void) => Effect.Effect<string, CrashError>
}

const program = fileURLToPath(new URL("client.ts", import.meta.url))

/** Signed in, and idle. It ends with the scope. */
export const start = Effect.fnUntraced(function* (
  plan: Plan,
): Effect.fn.Return<ClientProcess, CrashError, Scope.Scope> {
  // It says a word for each mebibyte.
  const said = yield* Queue.unbounded<Said>()
  const child = yield* Effect.acquireRelease(
    // As `natter upload` and `natter download` start themselves.
    Effect.sync(() =>
      spawn(process.execPath, ["--max-semi-space-size=2", program, JSON.stringify(plan)], {
        stdio: ["pipe", "pipe", "pipe"],
      }),
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL")),
  )
  let errors = ""
  child.stderr.on("data", (data) => (errors = `${errors}${String(data)}`.slice(-4000)))
  readline.createInterface(child.stdout).on("line", (line) => Queue.offerUnsafe(said, JSON.parse(line) as Said))
  child.on("error", ({ message }) => Queue.offerUnsafe(said, { type: "Failed", reason: message }))
  child.on("close", () => Queue.offerUnsafe(said, { type: "Failed", reason: `it ended:\n${errors}` }))

  const heard = (at: (bytes: number) => void): Effect.Effect<string, CrashError> =>
    Effect.flatMap(Queue.take(said), (word) => {
      switch (word.type) {
        case "At":
          at(word.bytes)
          return heard(at)
        case "Ready":
          return Effect.succeed("")
        case "Done":
          return Effect.succeed(word.sha256)
        case "Failed":
          return Effect.fail(new CrashError({ message: `the client failed: ${word.reason}` }))
      }
    })

  yield* heard(() => {})
  return {
    pid: child.pid!,
    move: (direction, at) =>
      Effect.suspend(() => {
        child.stdin.write(`${direction}\n`)
        return heard(at)
      }),
  }
})
