/** What sending and reading files have in common: they go on over as many sessions as it takes. */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Disconnect } from "../../domain/Disconnect.ts"
import { catalog, isGarbled, RequestError } from "../../domain/RequestError.ts"
import { type ConnectionFailure, defaults, delay } from "../Reconnect.ts"
import type { ClientSession } from "../Session.ts"
import type { CurrentSession } from "./CurrentSession.ts"
import type { SessionFiles } from "./SessionFiles.ts"

/** What the client around them is made of. */
export interface Around {
  readonly current: CurrentSession
  /** A channel as it is called when something is asked of it, which may be later: the client is in it by then, or knows why not. */
  readonly meant: (channel: string) => Effect.Effect<Effect.Effect<string, RequestError>>
  /** Whether the client is out of a channel only until the server has room for it. */
  readonly isShutOut: (channel: string) => boolean
}

/** The program's own failure: it has nothing to do with the server, whatever it is. */
export class Broken extends Data.TaggedError("Broken")<{ readonly error: unknown }> {}

/** Tries without anything having come of them. */
const maxTries = 6

/** Where the server says when to come back, it is waited for at most so long. */
const longest = Duration.seconds(30)
const isTooLong = (time: Duration.Duration | undefined): boolean =>
  time !== undefined && Duration.isGreaterThan(time, longest)

/** How often something is tried again, and when. */
export class Tries {
  private count = 0

  /** Something has come of it. */
  progress(): void {
    this.count = 0
  }

  /** Waits for the time of the next try; fails with the error where there is none. */
  again(error: RequestError, now: boolean, wait: Around["current"]["wait"]): Effect.Effect<void, RequestError> {
    return Effect.suspend(() => {
      if (this.count >= maxTries || isTooLong(error.retryAfter)) return Effect.fail(error)
      const tries = this.count++
      if (now && tries < 2) return Effect.void
      const time: Effect.Effect<Duration.Duration> =
        error.retryAfter === undefined ? delay(defaults, tries) : Effect.succeed(error.retryAfter)
      return Effect.asVoid(Effect.flatMap(time, wait))
    })
  }
}

const notSupported = () =>
  new RequestError({ reason: "NotSupported", detail: "This server speaks version 1 of the protocol, without files" })

/**
 * Runs it in the session there is, and in the next one where that ends first. What the server refuses is tried again where
 * that makes sense; `changes` says of an error whether what was done about it makes a try at once worthwhile.
 */
export const inSessions = <A, E>(
  { current, isShutOut }: Around,
  name: Effect.Effect<string, RequestError>,
  tries: Tries,
  run: (
    session: ClientSession,
    files: SessionFiles,
    channel: string,
  ) => Effect.Effect<A, E | RequestError | Disconnect | Broken>,
  changes: (error: RequestError) => boolean = () => false,
): Effect.Effect<A, E | RequestError | ConnectionFailure | Broken> => {
  const attempt: Effect.Effect<A, E | RequestError | ConnectionFailure | Broken> = Effect.flatMap(
    current.ready,
    (session) =>
      Effect.flatMap(name, (channel) => {
        const { files } = session
        if (files === undefined) return Effect.fail(notSupported())
        return Effect.catch(run(session, files, channel), (error) => {
          if (error instanceof Disconnect) {
            current.clear(session)
            return attempt
          }
          if (!(error instanceof RequestError)) return Effect.fail(error)
          return Effect.flatMap(name, (later) => {
            // The channel was renamed meanwhile; somebody else's turn had not ended; a byte was changed on its way.
            const now = later !== channel || changes(error) || isGarbled(error.reason)
            const waits = error.reason === "NotMember" && isShutOut(channel)
            if (!now && !waits && !catalog[error.reason].retryable) return Effect.fail(error)
            return Effect.andThen(tries.again(error, now, current.wait), attempt)
          })
        })
      }),
  )
  return attempt
}
