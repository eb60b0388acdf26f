import * as Effect from "effect/Effect"
import type { ChannelSummary } from "../../channels/ChannelRecord.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { maxInteger } from "../../domain/Limits.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import { Seq } from "../../domain/Seq.ts"
import { asOperator } from "../internal/asOperator.ts"
import { readable } from "../internal/inChannel.ts"
import { operation } from "../Operation.ts"

export interface ListAllChannels {
  /** Continue behind this name. */
  readonly after?: ChannelName | undefined
}

/** A channel, whoever may read it. */
interface ListedChannel extends Pick<ChannelSummary, "name" | "access" | "archived" | "topic"> {
  /** Users present. */
  readonly count: number
  /** The place of what was said last; 0 where nothing was. */
  readonly seq: Seq
}

export interface AllChannelsPage {
  readonly channels: ReadonlyArray<ListedChannel>
  /** Where the next page starts; undefined on the last. */
  readonly next: ChannelName | undefined
}

const pageSize = 100

/** Behind all that there is. */
const end = Seq.make(maxInteger)

/**
 * All channels by name, 100 a page: private and archived ones, too. Direct conversations are not among them: they are nobody
 * else's. For administrators of the service.
 */
export const listAllChannels = operation(
  "listAllChannels",
  "reading",
  ["Forbidden"],
  (chat, caller, { after }: ListAllChannels): Effect.Effect<AllChannelsPage, RequestError> =>
    asOperator(caller, () =>
      Effect.gen(function* () {
        const { channels: store, directory, history } = chat
        const listed = yield* readable(
          "list channels",
          store.list({ after, limit: pageSize + 1, for: "everybody", archived: true }),
        )
        const page = listed.slice(0, pageSize)
        const counts = yield* directory.count(page.map(({ name }) => name))
        const seqs = yield* Effect.forEach(page, ({ id }) =>
          Effect.map(
            readable("read where a channel ends", history.page(id, { before: end, upTo: end, limit: 1 })),
            // Where nothing is kept it would begin behind the last.
            ({ entries, first }) => entries.at(-1)?.seq ?? Seq.make(first - 1),
          ),
        )
        return {
          channels: page.map(({ access, archived, name, topic }, n) => {
            return { name, access, archived, topic, count: counts[n] ?? 0, seq: seqs[n]! }
          }),
          next: listed.length > pageSize ? page.at(-1)!.name : undefined,
        }
      }),
    ),
)
