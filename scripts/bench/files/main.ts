// The load of files, a process of its own: one large file up or down, by the client that comes with the service, or bare.
//
// Started with a FilePlan (JSON) as its one argument; says SessionEvents, one line of JSON each, on stdout; ends by itself,
// and when its stdin ends (so that it never outlives whoever started it).
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { residentBytes } from "../ServerCpu.ts"
import { fail, measured, stopwatch } from "../sessions/Conversation.ts"
import * as Bare from "./Bare.ts"
import * as Service from "./Service.ts"
import type { FilePlan } from "./Plan.ts"

const plan: FilePlan = JSON.parse(process.argv[2] ?? "{}")

process.stdin.on("end", () => process.exit(1)).resume()

/** Milliseconds between two looks at what the processes have. */
const lookEvery = 10

/** The most that both had, beyond what they had just now. */
const watchMemory = () => {
  const server = residentBytes(plan.serverPid)
  const client = process.memoryUsage.rss()
  const most = { server, client }
  const look = (): void => {
    most.server = Math.max(most.server, residentBytes(plan.serverPid))
    most.client = Math.max(most.client, process.memoryUsage.rss())
  }
  setInterval(look, lookEvery)
  return () => {
    look()
    return { serverMemory: most.server - server, clientMemory: most.client - client }
  }
}

const large = async (plan: Extract<FilePlan, { readonly service: boolean }>): Promise<void> => {
  const transfer = plan.service ? await Service.prepare(plan) : Bare.prepare(plan)
  // Idle is who has signed in, and has sent nothing.
  const memory = watchMemory()
  await transfer.before()
  const taken = stopwatch(plan)
  const bytes = await transfer.run()
  const { loadCpuSeconds, serverCpuSeconds, wallSeconds } = taken()
  if (bytes !== plan.bytes) fail(`${bytes} of ${plan.bytes} bytes came`)
  measured({
    perSecond: bytes / wallSeconds,
    perCpuSecond: bytes / serverCpuSeconds,
    serverUtilisation: serverCpuSeconds / wallSeconds,
    loadUtilisation: loadCpuSeconds / wallSeconds,
    ...memory(),
  })
}

const parallel = async (plan: Extract<FilePlan, { readonly work: "parallel" }>): Promise<void> => {
  const exit = await Effect.runPromiseExit(Effect.provide(Service.parallel(plan), NodeServices.layer))
  if (Exit.isFailure(exit)) fail(Cause.pretty(exit.cause))
}

if (plan.work === "parallel") await parallel(plan)
else await large(plan).catch((error: unknown) => fail(String(error)))
