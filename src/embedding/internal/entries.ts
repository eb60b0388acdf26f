/** The entries of a channel, one behind the other: from history, and as they happen. */
import * as Arr from "effect/Array"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import * as Seq from "../../domain/Seq.ts"
import type { Membership } from "../../hub/audience/Memberships.ts"
import type { HistoryPage } from "../Actions.ts"
import type { ChannelEntry, EntriesError, Gap } from "../ChannelEntry.ts"
import { notMember, Tail } from "./Tail.ts"

/** How long until what may succeed later is tried again, where nobody says when. */
const pause = Duration.seconds(1)

/** What a session can do about the channels it is in. */
export interface Channels {
  /** Whoever is told what the session is told. */
  readonly tails: Set<Tail>
  /** Undefined where the session is not in the channel. */
  readonly membership: (channel: ChannelName, id: ChannelId | undefined) => Membership | undefined
  /** Enters a channel, or comes back to the one with this id; succeeds, too, where the session is in it. */
  readonly enter: (channel: ChannelName, id: ChannelId | undefined) => Effect.Effect<void, EntriesError>
  /** A page of history: behind a place, or the last entry alone. */
  readonly page: (channel: ChannelName, after: Seq.Seq | undefined) => Effect.Effect<HistoryPage, EntriesError>
}

type Entries = ReadonlyArray<ChannelEntry | Gap>

/** Behind `after`, a place in `history`, or, where it is undefined, from now on. */
export const entries = (
  channels: Channels,
  channel: ChannelName,
  { after, history }: { readonly after: Seq.Seq | undefined; readonly history: string | undefined },
): Stream.Stream<ChannelEntry | Gap, EntriesError> => {
  const start = Effect.acquireRelease(
    Effect.sync(() => {
      const tail = new Tail(channel, after, history)
      channels.tails.add(tail)
      return tail
    }),
    (tail) => Effect.sync(() => channels.tails.delete(tail)),
  )
  return Stream.unwrap(
    Effect.map(start, (tail) =>
      Stream.fromPull(
        // Whether to try the first time again is the caller's affair.
        Effect.map(enter(channels, tail), (missed) => {
          let first: Entries = missed
          return Effect.suspend(() => {
            const given = first
            first = []
            return given.length > 0 ? some(channels, tail, given) : next(channels, tail)
          })
        }),
      ),
    ),
  )
}

type Next = Pull.Pull<Arr.NonEmptyReadonlyArray<ChannelEntry | Gap>, EntriesError>

/** These, or what comes next. */
const some = (channels: Channels, tail: Tail, found: Entries): Next =>
  Arr.isReadonlyArrayNonEmpty(found) ? Effect.succeed(found) : next(channels, tail)

const next = (channels: Channels, tail: Tail): Next =>
  Effect.suspend((): Next => {
    const live = tail.take()
    if (live.length > 0) return some(channels, tail, live)
    if (tail.over !== undefined) return tail.over
    if (tail.outside) return reading(channels, tail, enter(channels, tail))
    const { missing } = tail
    if (missing === undefined) return Effect.andThen(tail.change, next(channels, tail))
    const page = Effect.suspend(() => channels.page(tail.name, missing.after))
    return reading(
      channels,
      tail,
      Effect.map(page, (page) => tail.read(page, missing.upTo)),
    )
  })

/** Reads, and tries that again for as long as it may help; why the session ended counts more than what that made fail. */
const reading = (channels: Channels, tail: Tail, read: Effect.Effect<Entries, EntriesError>): Next =>
  Effect.matchEffect(read, {
    onSuccess: (found) => some(channels, tail, found),
    onFailure: (error): Next => {
      if (tail.over !== undefined || error._tag === "Disconnect" || !error.retryable)
        return tail.over ?? Effect.fail(error)
      return Effect.delay(next(channels, tail), error.retryAfter ?? pause)
    },
  })

/** Sees to it that the session is in the channel, and finds out which entry is the last. */
const enter = (channels: Channels, tail: Tail): Effect.Effect<Entries, EntriesError> =>
  Effect.gen(function* () {
    const { id, name } = tail
    yield* channels.enter(name, id)
    const membership = channels.membership(name, id)
    if (membership === undefined) return yield* notMember()
    tail.follow(membership)
    const { entries, first } = yield* channels.page(membership.name, undefined)
    return tail.begin(entries.at(-1)?.seq ?? Seq.before(first), first)
  })
