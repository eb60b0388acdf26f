/**
 * The service's HTTP API as the page asks it. The session is a cookie that no script can read; where there can be none, its
 * token is kept in this browser. What the service answers is checked where it is used: it is of the same version as this page.
 */

/** Why a request was refused. */
export class Refused extends Error {
  readonly status: number
  readonly reason: string
  readonly field: string | undefined

  constructor(status: number, reason: string, message: string, field?: string) {
    super(message)
    this.status = status
    this.reason = reason
    this.field = field
  }
}

const root = "/api/v1"

interface Request {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  readonly body?: unknown
  readonly signal?: AbortSignal
}

const textIn = (value: unknown, field: string): string | undefined => {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, field) : undefined
  return typeof found === "string" ? found : undefined
}

export class Api {
  /** What a request with a cookie needs besides. */
  csrf: string | undefined
  /** Where there is no cookie. */
  bearer: string | undefined

  get headers(): Record<string, string> {
    return {
      ...(this.bearer === undefined ? {} : { authorization: `Bearer ${this.bearer}` }),
      ...(this.csrf === undefined ? {} : { "x-csrf-token": this.csrf }),
    }
  }

  /** Fails with `Refused`, also where nothing answers (`status` 0). */
  async ask<A>(path: string, { body, method = "GET", signal }: Request = {}): Promise<A> {
    const sent = {
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    }
    const headers = { ...this.headers, ...(body === undefined ? {} : { "content-type": "application/json" }) }
    const response = await fetch(root + path, { method, headers, ...sent }).catch(() => {
      throw new Refused(0, "ConnectionLost", "The service cannot be reached")
    })
    const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined)
    if (response.ok) return answer as A
    throw new Refused(
      response.status,
      textIn(answer, "reason") ?? "Internal",
      textIn(answer, "detail") ?? response.statusText,
      textIn(answer, "field"),
    )
  }
}
