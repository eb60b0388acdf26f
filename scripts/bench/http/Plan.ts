// What the load over HTTP is told, and what it says: `http/main.ts` is the process that does it.
import type { SessionPlan } from "../sessions/Plan.ts"

/** What each connection asks, one request after the other: the latest page, pages from all over the history, to publish. */
export type Asking = "latest" | "pages" | "publish"

export interface HttpPlan extends Pick<SessionPlan, "host" | "port" | "serverPid"> {
  readonly asking: Asking
  /** Whether it is a service, in which there has to be something to read; or answers the same whatever is asked. */
  readonly service: boolean
  readonly connections: number
  /** Messages to read. */
  readonly history: number
  readonly rampSeconds: number
  readonly seconds: number
}

/** An answer, as it came. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type HttpEvent =
  | { readonly type: "Progress"; readonly text: string }
  | { readonly type: "Measured"; readonly figures: Readonly<Record<string, number>>; readonly answer: HttpAnswer }
  | { readonly type: "Failed"; readonly reason: string }
