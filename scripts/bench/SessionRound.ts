// One round with the load of sessions: one server and one load process, started for it and ended after it.
import * as Effect from "effect/Effect"
import * as LoadProcess from "./LoadProcess.ts"
import type { Settings } from "./Row.ts"
import { host, start } from "./ServerProcess.ts"
import type { ServerCommand } from "./ServerProcess.ts"
import type { SessionEvent, SessionPlan, Work } from "./sessions/Plan.ts"

export const loadFile = "scripts/bench/sessions/main.ts"

/** Runs one round. Fails where the server does not start or ends early, and where an answer is not what was asked. */
export const run = Effect.fnUntraced(function* (
  server: ServerCommand,
  work: Work,
  { onProgress, pinned, profile }: Settings,
  tokens?: string,
) {
  const started = yield* start(server, { core: pinned?.server, profile })
  const plan: SessionPlan = {
    ...work,
    framing: server.framing === "websocket" ? "websocket" : "natter",
    host,
    port: started.port,
    serverPid: started.pid,
    ...(tokens === undefined ? {} : { tokens }),
  }
  const { figures } = yield* LoadProcess.run<SessionEvent>(loadFile, plan, started, {
    core: pinned?.load,
    onEvent: (event) => {
      if (event.type === "Progress") onProgress(event.text)
    },
  })
  return figures
}, Effect.scoped)
