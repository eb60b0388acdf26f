/** A process that plays a share of a load, as seen by the one that leads it. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type ChildProcess, fork } from "node:child_process"
import { extname } from "node:path"
import { fileURLToPath } from "node:url"
import { type Asked, type Troupe, TroupeLost } from "../../../scenario/LoadGenerator.ts"
import type { Answer, Assignment, Request, Step } from "./message.ts"

// TypeScript in the sources, JavaScript in the package.
const entry = fileURLToPath(new URL(`../../../cli/main${extname(import.meta.url)}`, import.meta.url))

/** So long a message takes to a process that is busy, in milliseconds. */
const lead = 250
const outputKept = 4000
/** What it takes its members to leave, in milliseconds. */
const leaveWithin = 5000

type Body = Request extends infer One ? (One extends Request ? Omit<One, "id"> : never) : never

/** It ends by itself when nobody is there any more who could ask it. */
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

/** Starts it; its members are played until the scope closes. */
export const make = Effect.fnUntraced(function* (
  assignment: Assignment,
): Effect.fn.Return<Troupe, TroupeLost, Scope.Scope> {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      fork(entry, ["load", "worker"], {
        // Ctrl-C is for the one that leads.
        detached: true,
        execArgv: [],
        serialization: "advanced",
        stdio: ["ignore", "ignore", "pipe", "ipc"],
      }),
    ),
    leave,
  )
  let output = ""
  let lost: TroupeLost | undefined
  let asked = 0
  const waiting = new Map<number, (answer: Asked<unknown>) => void>()
  const lose = (why: string) => {
    lost ??= new TroupeLost({ message: `one of the processes of the load ended: ${output.trim() || why}` })
    for (const answer of waiting.values()) answer(lost)
    waiting.clear()
  }
  child.stderr?.on("data", (data) => (output = (output + String(data)).slice(-outputKept)))
  child.on("message", ({ id, value }: Answer) => {
    waiting.get(id)?.(Effect.succeed(value))
    waiting.delete(id)
  })
  child.on("error", ({ message }) => lose(message))
  child.on("close", (code, signal) => lose(String(signal ?? code)))

  const send = (body: Body): Asked<unknown> =>
    Effect.callback((resume) => {
      if (lost !== undefined) return resume(lost)
      const id = asked++
      waiting.set(id, resume)
      child.send({ ...body, id }, (error) => error !== null && lose(error.message))
      return Effect.sync(() => waiting.delete(id))
    })
  // What is sent back is what the same troupe says in the other process, which is of the same version.
  const ask = <A = void>(step: Step, ...given: ReadonlyArray<unknown>) => send({ step, given }) as Asked<A>
  const asking = <A>(step: Step) => Effect.suspend(() => ask<A>(step))

  yield* send({ assignment })
  return {
    lead,
    enter: asking("enter"),
    act: (from) => ask("act", from),
    begin: (from, to) => ask("begin", from, to),
    befall: (what) => ask("befall", what),
    end: (to) => ask("end", to),
    counts: asking("counts"),
    recent: asking("recent"),
    places: asking("places"),
    behind: (places) => ask("behind", places),
    told: asking("told"),
    heard: asking("heard"),
  }
})
