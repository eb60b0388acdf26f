/** A worker process, as a load generator of the process that leads it. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type ChildProcess, fork } from "node:child_process"
import { extname } from "node:path"
import { fileURLToPath } from "node:url"
import { type Call, type LoadGenerator, LoadGeneratorError } from "../../../scenario/LoadGenerator.ts"
import type { WorkerAnswer, Assignment, WorkerRequest, Step } from "./message.ts"

// TypeScript in the sources, JavaScript in the package.
const entry = fileURLToPath(new URL(`../../../cli/main${extname(import.meta.url)}`, import.meta.url))

/** How long a message to a busy process may take, in milliseconds. */
const lead = 250
const outputKept = 4000
/** How long its members may take to leave, in milliseconds. */
const leaveWithin = 5000

type Body = WorkerRequest extends infer One ? (One extends WorkerRequest ? Omit<One, "id"> : never) : never

/** The worker ends by itself when it is disconnected. */
const leave = (child: ChildProcess): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (child.exitCode !== null || child.signalCode !== null || !child.connected) return resume(Effect.void)
    const late = setTimeout(() => child.kill("SIGKILL"), leaveWithin)
    child.once("exit", () => {
      clearTimeout(late)
      resume(Effect.void)
    })
    child.disconnect()
  })

/** Milliseconds in which the end of a process is reported, once nothing can be sent to it. */
const endFollowsWithin = 1000

/** Starts a worker. Its members are played until the scope closes. */
export const make = Effect.fnUntraced(function* (
  assignment: Assignment,
): Effect.fn.Return<LoadGenerator, LoadGeneratorError, Scope.Scope> {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      fork(entry, ["load", "worker"], {
        // Ctrl-C goes to the process that leads, not to its workers.
        detached: true,
        execArgv: [],
        serialization: "advanced",
        stdio: ["ignore", "ignore", "pipe", "ipc"],
      }),
    ),
    leave,
  )
  let output = ""
  let lost: LoadGeneratorError | undefined
  let asked = 0
  const waiting = new Map<number, (answer: Call<unknown>) => void>()
  const lose = (why: string) => {
    lost ??= new LoadGeneratorError({ message: `one of the processes of the load ended: ${output.trim() || why}` })
    for (const answer of waiting.values()) answer(lost)
    waiting.clear()
  }
  child.stderr?.on("data", (data) => (output = (output + String(data)).slice(-outputKept)))
  child.on("message", ({ id, value }: WorkerAnswer) => {
    waiting.get(id)?.(Effect.succeed(value))
    waiting.delete(id)
  })
  child.on("error", ({ message }) => lose(message))
  child.on("close", (code, signal) => lose(String(signal ?? code)))

  const send = (body: Body): Call<unknown> =>
    Effect.callback((resume) => {
      if (lost !== undefined) return resume(lost)
      const id = asked++
      waiting.set(id, resume)
      child.send({ ...body, id }, (error) => {
        // A process that is gone cannot be sent anything. Why it is gone follows in a moment, and says more.
        if (error !== null) setTimeout(() => lose(error.message), endFollowsWithin).unref()
      })
      return Effect.sync(() => waiting.delete(id))
    })
  // The answer is that of the same method in the other process, which runs the same version.
  const ask = <A = void>(step: Step, ...given: ReadonlyArray<unknown>) => send({ step, given }) as Call<A>
  const asking = <A>(step: Step) => Effect.suspend(() => ask<A>(step))

  yield* send({ assignment })
  return {
    lead,
    enter: asking("enter"),
    act: (from) => ask("act", from),
    begin: (from, to) => ask("begin", from, to),
    inject: (what) => ask("inject", what),
    end: (to) => ask("end", to),
    counts: asking("counts"),
    recent: asking("recent"),
    acknowledgedSeqs: asking("acknowledgedSeqs"),
    behind: (seqs) => ask("behind", seqs),
    soFar: asking("soFar"),
    outcome: (seqs) => ask("outcome", seqs),
    received: asking("received"),
  }
})
