/** What is typed: commands, and lines to send in the order in which they were typed. */
import type * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { fresh } from "../../client/MessageId.ts"
import * as Publish from "../../client/Publish.ts"
import { here } from "./lineFormat.ts"
import type { Screen } from "./lineScreen.ts"
import type { Seat } from "./lineSeat.ts"

/** Lines that wait to be sent. */
const linesAhead = 64
/** Time to send what was typed before the end of the typing. */
const lastWords = Duration.seconds(2)

const help = "/users shows who is here, /quit or Ctrl-C leaves; a line that starts with // is sent with one /"

/** Done when the user has typed enough: `/quit`, or Ctrl-D. What was typed before is sent first, where that is possible. */
export const follow = Effect.fnUntraced(function* (options: {
  readonly screen: Screen
  readonly seat: Seat
  readonly channel: string
}): Effect.fn.Return<void, never, Scope.Scope> {
  const { channel, screen, seat } = options
  const outgoing = yield* Queue.dropping<string, Cause.Done>(linesAhead)
  let unsent = 0

  /** Sends a line, if need be over the next connection: with the same id, so it is said once. */
  const send = Effect.fnUntraced(function* (content: string) {
    const id = yield* fresh
    const attempt: Effect.Effect<void> = Effect.flatMap(seat.presence, (presence) =>
      Publish.patiently(presence.connection, { channel, content, id }).pipe(
        Effect.catchTags({
          Disconnect: () => {
            seat.leave(presence)
            return attempt
          },
          RequestError: (error) => screen.notice(`not sent (${error.message}): ${content}`),
        }),
        Effect.asVoid,
      ),
    )
    yield* attempt
    unsent--
  })

  const queue = (content: string): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (!Queue.offerUnsafe(outgoing, content)) return screen.notice(`not sent (too many lines wait): ${content}`)
      unsent++
      return seat.taken === undefined ? screen.notice(`not connected, to be sent then: ${content}`) : Effect.void
    })

  const act = (line: string): Effect.Effect<void> => {
    if (line.startsWith("//")) return queue(line.slice(1))
    if (!line.startsWith("/")) return queue(line)
    if (line !== "/users") return screen.notice(help)
    return screen.notice(seat.taken === undefined ? "not connected" : here(seat.taken.roster))
  }

  const sending = yield* Effect.forkScoped(Stream.runForEach(Stream.fromQueue(outgoing), send))
  yield* screen.typed.pipe(
    Stream.takeWhile((line) => line.trim() !== "/quit"),
    Stream.runForEach(act),
  )
  yield* Queue.end(outgoing)
  if (seat.taken !== undefined) yield* Effect.timeoutOption(Fiber.await(sending), lastWords)
  if (unsent > 0) yield* screen.notice(unsent === 1 ? "a line was not sent" : `${unsent} lines were not sent`)
})
