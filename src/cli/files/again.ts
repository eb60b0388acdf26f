/** Goes on with a file whose connection was lost, for as long as something of it comes. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Problem } from "../../http/api/Problem.ts"
import { RequestFailed } from "../serviceHttp.ts"
import type { Progress } from "./Progress.ts"

/** Times in a row without a byte, which is about a minute and a half, and milliseconds between them. */
const maxTries = 12
const shortest = 250
const longest = 16_000

/** What will not be better the next time … */
const final = new Set(["ENOTFOUND", "EPROTO", "ERR_TLS_CERT_ALTNAME_INVALID", "CERT_HAS_EXPIRED"])
/** … and that nobody listens, where somebody did before. */
const nobody = new Set(["ECONNREFUSED", "ENOENT"])

/** Milliseconds after which the same may succeed; undefined where it will not. */
const waitOf = (error: unknown, tries: number, reached: boolean): number | undefined => {
  const soon = Math.min(longest, shortest * 2 ** (tries - 1))
  if (error instanceof RequestFailed) {
    const { code } = error
    return final.has(code) || code.includes("SIGNED") || (nobody.has(code) && !reached) ? undefined : soon
  }
  if (!(error instanceof Problem)) return undefined
  // Another process of ours may still hold it, or more has come than was said.
  if (error.reason === "WrongOffset" || error.reason === "UploadTaken") return soon
  return error.status === 429 || error.status === 503 ? Math.max(error.retry_after ?? 0, soon) : undefined
}

/** Whether the service has answered, or could have. */
const isReached = (error: unknown): boolean => !(error instanceof RequestFailed) || !nobody.has(error.code)

/**
 * Does one step after the other until one says that all is done. `standing` is how far it is: where that grows, one may fail
 * again.
 */
export const again = <A, E, R>(
  step: Effect.Effect<A | undefined, E, R>,
  standing: () => number,
  progress: Progress,
): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    let [tries, furthest, reached] = [0, standing(), false]
    for (;;) {
      const done = yield* Effect.matchEffect(step, {
        onSuccess: (done) => {
          reached = true
          return Effect.succeed(done)
        },
        onFailure: (error) => {
          if (standing() > furthest) tries = 0
          furthest = Math.max(furthest, standing())
          tries += 1
          reached ||= isReached(error)
          const wait = waitOf(error, tries, reached)
          if (wait === undefined || tries > maxTries) return Effect.fail(error)
          progress.waits("the connection was lost, trying again")
          return Effect.as(Effect.sleep(Duration.millis(wait)), undefined)
        },
      })
      progress.waits(undefined)
      if (done !== undefined) return done
    }
  })
