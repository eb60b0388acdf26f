// What a request of the HTTP API costs, beside a server of Node's that answers the same bytes and does nothing for it.
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { BenchError } from "../BenchError.ts"
import type { Asking, HttpAnswer, HttpEvent, HttpPlan } from "../http/Plan.ts"
import * as LoadProcess from "../LoadProcess.ts"
import type { Contestant, Row, Settings } from "../Row.ts"
import { host, start } from "../ServerProcess.ts"
import type { ServerCommand } from "../ServerProcess.ts"
import { bareHttp, natter } from "../Servers.ts"
import { large, ms } from "../Table.ts"
import { perCpuSecond, perSecond, utilisations } from "./sessionRow.ts"

const measure = Effect.fnUntraced(function* (
  server: ServerCommand,
  { onProgress, pinned, profile, quick, rampSeconds, seconds }: Settings,
  plan: Pick<HttpPlan, "asking" | "service">,
) {
  const started = yield* start(server, { core: pinned?.server, profile })
  const sized = quick ? { connections: 2, history: 200 } : { connections: 32, history: 8000 }
  return yield* LoadProcess.run<HttpEvent>(
    "scripts/bench/http/main.ts",
    { ...plan, ...sized, host, port: started.port, serverPid: started.pid, rampSeconds, seconds } satisfies HttpPlan,
    started,
    {
      core: pinned?.load,
      onEvent: (event) => {
        if (event.type === "Progress") onProgress(event.text)
      },
    },
  )
}, Effect.scoped)

/** Ours first: what it answers is what bare Node is to answer. */
const contestants = (asking: Asking): ReadonlyArray<Contestant> => {
  let answer: HttpAnswer | undefined
  const natterThat = (name: string, asking: Asking): Contestant => ({
    name,
    measure: (settings) =>
      Effect.map(measure(natter, settings, { asking, service: true }), (measured) => {
        answer ??= measured.answer
        return measured.figures
      }),
  })
  const bareNode: Contestant = {
    name: "bare Node",
    measure: (settings) =>
      Effect.gen(function* () {
        if (answer === undefined) return yield* new BenchError({ message: "ours has answered nothing yet" })
        const files = yield* FileSystem.FileSystem
        const file = yield* files.makeTempFileScoped({ prefix: "natter-bench-" })
        yield* files.writeFileString(file, JSON.stringify(answer))
        const { figures } = yield* measure(bareHttp(file), settings, { asking, service: false })
        return figures
      }).pipe(Effect.scoped),
  }
  const ours = natterThat("natter", asking)
  return asking === "publish"
    ? [ours, bareNode]
    : [ours, bareNode, natterThat("natter, pages all over the history", "pages")]
}

const row = (id: string, title: string, about: string, asking: Asking, atLeast: number): Row => ({
  id,
  title,
  about: `${about} 32 kept connections with one request at a time on each; history in memory. Bare Node reads the request and answers the same bytes, headers too.`,
  contestants: contestants(asking),
  columns: [
    { ...perCpuSecond, title: "requests per server CPU-s" },
    perSecond,
    { figure: "p50", title: "p50", show: ms },
    { figure: "p99", title: "p99", show: ms },
    { figure: "bytes", title: "bytes of body", show: large },
    ...utilisations,
  ],
  bounds: [{ figure: "perSecond", by: "bare Node", atLeast }],
})

export const httpRead = row(
  "http-read",
  "HTTP API, pages of 50 messages",
  "The latest 50 messages of 100 bytes, which everybody reads who looks; and, to see what is not remembered, pages from all over 8000, hardly ever the same.",
  "latest",
  0.4,
)

export const httpPublish = row(
  "http-publish",
  "HTTP API, messages published",
  "Messages of 100 bytes to one channel.",
  "publish",
  0.3,
)
