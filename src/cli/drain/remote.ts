/** Has a service end that runs elsewhere, over HTTP. */
import type * as CliError from "effect/cli/CliError"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Monotonic from "../../domain/Monotonic.ts"
import type { TlsOptions } from "../../client/transport/TlsOptions.ts"
import { type Answer, ask, type RequestFailed, show, type Target } from "../serviceHttp.ts"
import { userError } from "../userError.ts"
import type { Ended, Progress } from "./Progress.ts"

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ sessions: Schema.Int })))

/** How many are told to come back later, by an answer that accepts. */
export const sessionsIn = ({ body }: Answer): number | undefined =>
  Option.getOrUndefined(Option.map(decode(body), ({ sessions }) => sessions))

const decodeDetail = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ detail: Schema.String })))

export const refusal = (where: string, { body, status }: Answer): string => {
  switch (status) {
    case 401:
      return `${where} does not know this token: give one of an administrator with NATTER_TOKEN`
    case 403:
      return `an administrator of ${where} may tell it to end: give a token of one with NATTER_TOKEN`
    case 404:
      return `${where} has nothing at /api/v1/service/drain: is it the right port, and this version?`
    default:
      return `${where} answers ${status}: ${Option.match(decodeDetail(body), {
        onNone: () => body.trim().slice(0, 200),
        onSome: ({ detail }) => detail,
      })}`
  }
}

/** Milliseconds between two looks. */
export const lookEvery = 200

/** What a proxy says of a service that is not there any more. */
const gone = [502, 504]

export const remote = Effect.fnUntraced(function* (
  target: Target,
  tls: TlsOptions,
  token: string,
  within: Duration.Duration,
  progress: Progress,
): Effect.fn.Return<Ended, CliError.UserError | RequestFailed> {
  const where = show(target)
  const headers = { authorization: `Bearer ${token}` }
  const told = yield* ask(target, { method: "POST", path: "/api/v1/service/drain", headers, tls })
  if (told.status !== 202) return yield* userError(refusal(where, told))
  const sessions = sessionsIn(told)

  const clock = yield* Clock.Clock
  const begun = Monotonic.millis(clock)
  const isThere = Effect.match(ask(target, { path: "/livez", tls, within: 2000 }), {
    onFailure: () => false,
    onSuccess: ({ status }) => !gone.includes(status),
  })
  while (yield* isThere) {
    const elapsed = Monotonic.millis(clock) - begun
    if (elapsed > Duration.toMillis(within)) {
      return yield* userError(
        `${where} still answers after ${Duration.format(within)}: it was started again, or waits, as its log says`,
      )
    }
    progress.show(`${where} ends, ${Math.round(elapsed / 1000)} s`, elapsed)
    yield* Effect.sleep(lookEvery)
  }
  return { sessions, seconds: (Monotonic.millis(clock) - begun) / 1000 }
})
