/** The entry of a thread that holds sockets and sessions. */
import "effect/schema/SchemaJITCompiler/enable"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { parentPort, workerData } from "node:worker_threads"
import { serve } from "../GatewayServer.ts"
import type { GatewayData } from "../questions.ts"

const port = parentPort!

// What made it impossible to begin is for the main thread to say.
Effect.runFork(serve(port, workerData as GatewayData)).addObserver((exit) => {
  port.close()
  if (Exit.isSuccess(exit)) return void process.exit(0)
  const problem: unknown = Cause.squash(exit.cause)
  setImmediate(() => {
    throw problem instanceof Error ? new Error(problem.message) : new Error(String(problem))
  })
})
