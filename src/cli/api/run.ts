/** What `natter api` does. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { printable } from "../../client/Printable.ts"
import { root } from "../../http/api/Api.ts"
import { Refused, refused } from "../apiError.ts"
import type { ApiFlags } from "../apiFlags.ts"
import { serviceOf, within } from "../apiRequest.ts"
import { ask } from "../serviceHttp.ts"
import { userError } from "../userError.ts"

interface Flags {
  readonly method: string
  readonly path: string
  readonly data: Option.Option<string>
  readonly api: Omit<ApiFlags, "json">
}

export const run = Effect.fnUntraced(function* ({ api, data, method, path }: Flags) {
  if (!/^[a-z]+$/i.test(method)) return yield* userError(`${method} is no method: GET, POST, PUT, PATCH, DELETE`)
  if (!/^\/[!-~]*$/.test(path)) return yield* userError(`${path} is no path: it begins with "/", and a space is %20`)
  const given = { ...api, json: true }
  const service = yield* serviceOf(given)
  const { target, tls, token } = service
  const authorization = `Bearer ${Redacted.value(token)}`
  const body = Option.isSome(data)
    ? { body: data.value, headers: { authorization, "content-type": "application/json" } }
    : { headers: { authorization } }
  const whole = path === root || path.startsWith(`${root}/`) ? path : root + path
  const answer = yield* refused(
    ask(target, { method: method.toUpperCase(), path: whole, ...body, tls, within }),
    service,
    given,
  )
  const text = printable(answer.body.trimEnd())
  if (answer.status < 400) return text === "" ? undefined : yield* Console.log(text)
  yield* Console.error(text)
  return yield* new Refused()
}, Effect.scoped)
