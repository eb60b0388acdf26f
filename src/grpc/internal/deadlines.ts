/** How long a peer waits, as it says itself, and what comes of it while it has still to say what it asks. */
import { Code, ConnectError } from "@connectrpc/connect"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import type * as Http from "node:http"

/** Milliseconds in each unit of `grpc-timeout`. */
const units: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 }

/** Milliseconds that the peer waits; undefined for ever, NaN where it cannot be read. */
export const timeoutIn = (headers: Http.IncomingHttpHeaders): number | undefined => {
  const inMillis = headers["connect-timeout-ms"]
  if (typeof inMillis === "string") return /^\d{1,10}$/.test(inMillis) ? Number(inMillis) : NaN
  const given = headers["grpc-timeout"]
  if (typeof given !== "string") return undefined
  const [, digits, unit] = /^(\d{1,8})([HMSmun])$/.exec(given) ?? []
  return digits === undefined ? NaN : Number(digits) * units[unit!]!
}

/** Time is counted in as many milliseconds as timers can: in 24 days. Whoever waits longer waits for ever. */
export const longest = 0x7fff_ffff

const late = () => new ConnectError("the deadline has passed before all was said", Code.DeadlineExceeded)

export interface Deadlines {
  /** What a peer says, up to the end or so many milliseconds from now. The library waits for it without looking at a deadline. */
  readonly until: (body: AsyncIterable<Uint8Array>, millis: number) => AsyncIterable<Uint8Array>
}

export const make: Effect.Effect<Deadlines, never, Scope.Scope> = Effect.gen(function* () {
  const run = Effect.runForkWith(yield* Effect.context())
  const scope = yield* Effect.scope
  return {
    until: (body, millis) => ({
      [Symbol.asyncIterator]: () => {
        const pieces = body[Symbol.asyncIterator]()
        let isLate = false
        let giveUp: ((error: ConnectError) => void) | undefined
        const timer = Fiber.runIn(
          run(
            Effect.delay(
              Effect.sync(() => {
                isLate = true
                giveUp?.(late())
              }),
              millis,
            ),
          ),
          scope,
        )
        const done = <A>(result: IteratorResult<A>): IteratorResult<A> => {
          if (result.done === true) timer.interruptUnsafe()
          return result
        }
        return {
          next: () =>
            new Promise((resolve, reject) => {
              if (isLate) return reject(late())
              giveUp = reject
              pieces.next().then(
                (piece) => resolve(done(piece)),
                (error: unknown) => {
                  timer.interruptUnsafe()
                  reject(error as Error)
                },
              )
            }),
          return: () => {
            timer.interruptUnsafe()
            return pieces.return?.() ?? Promise.resolve({ done: true, value: undefined })
          },
        }
      },
    }),
  }
})
