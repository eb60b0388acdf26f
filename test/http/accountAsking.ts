/** A request over HTTP to the service of a test, with whatever headers, and its answer. */
import * as Effect from "effect/Effect"
import { request } from "node:http"
import { TestServer } from "../../src/testing/TestServer.ts"

/** What the answers about accounts have in them; a test looks for what is there. */
interface Body {
  readonly id: string
  readonly name: string
  readonly user: { readonly id: string; readonly name: string; readonly role: string }
  readonly token: string
  readonly expires_at: number
  readonly csrf_token: string
  readonly access_token: { readonly token: string; readonly expires_at: number }
  readonly code: string | number
  readonly sessions: ReadonlyArray<{ readonly id: string; readonly current: boolean }>
  readonly tokens: ReadonlyArray<{ readonly id: string; readonly label: string; readonly scope?: object }>
  readonly users: ReadonlyArray<{ readonly name: string; readonly disabled: boolean }>
  readonly invitations: ReadonlyArray<{ readonly id: string; readonly used_by: string | null }>
  readonly status: number
  readonly reason: string
  readonly retry_after: number
  readonly request_id: string
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly body: Body
}

interface Asked {
  readonly body?: unknown
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** By Node's own client: `fetch` sends no `Cookie`, no `Origin` and no `Sec-Fetch-Site` of one's choice. */
export const ask = (method: string, path: string, { body, headers = {}, token }: Asked = {}) =>
  Effect.flatMap(TestServer, ({ address }) =>
    Effect.callback<Answer>((resume) => {
      const text = body === undefined ? undefined : JSON.stringify(body)
      const sent = {
        ...(text === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      }
      const asking = request({ port: address!.port, host: "127.0.0.1", method, path: `/api/v1${path}`, headers: sent })
      asking.on("response", (response) => {
        const chunks: Array<Buffer> = []
        response.on("data", (chunk: Buffer) => chunks.push(chunk))
        response.on("end", () => {
          const said = Buffer.concat(chunks).toString()
          const { headers, statusCode = 0 } = response
          resume(Effect.succeed({ status: statusCode, headers, body: (said === "" ? {} : JSON.parse(said)) as Body }))
        })
      })
      asking.end(text)
    }),
  )
