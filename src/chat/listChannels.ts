import * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { Topic } from "../domain/Topic.ts"
import { readable } from "./internal/inChannel.ts"
import { operation } from "./Operation.ts"

export interface ListChannels {
  /** Continue behind this name. */
  readonly after?: ChannelName | undefined
}

export interface ChannelPage {
  readonly channels: ReadonlyArray<{
    readonly channel: ChannelName
    readonly topic: Topic
    /** Users present. */
    readonly count: number
  }>
  /** Where the next page starts; undefined on the last. */
  readonly next: ChannelName | undefined
}

const pageSize = 100

/**
 * The channels in the order of their names, 100 a page, without those that are archived; direct conversations are nobody
 * else's, private channels are for those who have a role there, and for administrators.
 */
export const listChannels = operation(
  "listChannels",
  "reading",
  [],
  (chat, { by, scope }, { after }: ListChannels): Effect.Effect<ChannelPage, RequestError> =>
    Effect.gen(function* () {
      const { id, role } = by.user
      const whom = role === "admin" ? ("everybody" as const) : { user: id }
      const listed = yield* readable(
        "list channels",
        chat.channels.list({ after, limit: pageSize + 1, for: whom, scope }),
      )
      const page = listed.slice(0, pageSize)
      const counts = yield* chat.directory.count(page.map(({ name }) => name))
      return {
        channels: page.map(({ name, topic }, n) => ({ channel: name, topic, count: counts[n] ?? 0 })),
        next: listed.length > pageSize ? page.at(-1)!.name : undefined,
      }
    }),
)
