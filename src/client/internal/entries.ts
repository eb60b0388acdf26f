import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { RequestError } from "../../domain/RequestError.ts"
import type { Entry } from "../Event.ts"
import type { Range, Requests } from "../Requests.ts"

/** The entries of history from one end on, those nearest to it first; pages are fetched as the stream is read. */
export const entries = <E>(
  { history }: Pick<Requests<E>, "history">,
  channel: string,
  range: Range = {},
): Stream.Stream<Entry, RequestError | E> => {
  const { limit } = range
  const forward = range.after !== undefined || range.since !== undefined
  return Stream.paginate(range, (range) =>
    Effect.map(history(channel, range), ({ channel, entries, more }) => {
      const page = entries.map((entry): Entry => ({ ...entry, channel }))
      const ordered = forward ? page : page.toReversed()
      const last = ordered.at(-1)?.seq
      const next: Option.Option<Range> =
        !more || last === undefined
          ? Option.none()
          : Option.some(forward ? { after: last, limit } : { before: last, limit })
      return [ordered, next] as const
    }),
  )
}
