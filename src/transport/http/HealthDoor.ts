/**
 * `/livez` and `/readyz`, for whoever starts, watches and balances services: the process answers, and whether it wants
 * sessions now. Open to everybody: they tell nothing but that.
 */
import * as Effect from "effect/Effect"
import type { ServerResponse } from "node:http"
import { answer, pathOf, type RequestHandler } from "./HttpDoor.ts"

/** What is looked at before a service calls itself ready. */
export interface Check {
  readonly name: string
  /** What is wrong, and for how many seconds that has been known; undefined where nothing is. */
  readonly problem: { readonly detail: string; readonly seconds: number } | undefined
}

export interface Readiness {
  readonly ready: boolean
  readonly checks: ReadonlyArray<Check>
}

interface Options {
  readonly readiness: Effect.Effect<Readiness>
  readonly run: (effect: Effect.Effect<void>) => void
}

const say = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" })
  response.end(`${JSON.stringify(body)}\n`)
}

const shown = ({ name, problem }: Check) => ({ name, ok: problem === undefined, ...problem })

/** Answers requests for the two, whatever else the service is busy with. */
export const make =
  ({ readiness, run }: Options): RequestHandler =>
  (request, response) => {
    const path = pathOf(request)
    if (path !== "/livez" && path !== "/readyz") return false
    if (request.method !== "GET" && request.method !== "HEAD") {
      answer(response, 405, "there is GET, HEAD", { Allow: "GET, HEAD" })
    } else if (path === "/livez") {
      say(response, 200, { alive: true })
    } else {
      run(
        Effect.map(readiness, ({ checks, ready }) =>
          say(response, ready ? 200 : 503, { ready, checks: checks.map(shown) }),
        ),
      )
    }
    return true
  }
