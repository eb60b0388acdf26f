import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type EmbeddedUser, Hub } from "../../src/embedding/Hub.ts"

export const connect = (user: EmbeddedUser & { readonly events?: boolean }) =>
  Effect.flatMap(Hub, (hub) => hub.connect(user))

export const as = (user: EmbeddedUser) => Effect.flatMap(Hub, (hub) => hub.as(user))

/** Why it fails. */
export const reason = <A, E extends { readonly reason: string }, R>(self: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(self), (error): string => error.reason)

/** An entry in short: `1 hello`, `2 Edited`, `3-5 Missed`. */
export const short = (entry: {
  readonly type: string
  readonly seq?: number
  readonly content?: string
  readonly from?: string | number
  readonly to?: number
}): string => {
  if (entry.type === "HistoryChanged") return entry.type
  if (entry.type === "Missed") return `${entry.from}-${entry.to} Missed`
  return entry.type === "Message" ? `${entry.seq} ${entry.content}` : `${entry.seq} ${entry.type}`
}

/** The first so many of a stream, in short. */
export const first =
  (count: number) =>
  <E, R>(self: Stream.Stream<Parameters<typeof short>[0], E, R>) =>
    self.pipe(Stream.take(count), Stream.map(short), Stream.runCollect)
