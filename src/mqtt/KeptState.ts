/** What is kept of a client while it is gone, as text. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ChannelId } from "../domain/ChannelId.ts"
import { ChannelName } from "../domain/ChannelName.ts"
import { HistoryId } from "../domain/HistoryId.ts"
import { MessageId } from "../domain/MessageId.ts"

const Subscription = Schema.Struct({
  qos: Schema.Literals([0, 1]),
  noLocal: Schema.Boolean,
  retainAsPublished: Schema.Boolean,
  id: Schema.optional(Schema.Int),
})

export const KeptState = Schema.Struct({
  tag: Schema.String,
  /** Its own ids and packet identifiers go on from there. */
  count: Schema.Int,
  nextOwn: Schema.Int,
  given: Schema.Array(MessageId),
  said: Schema.Array(Schema.Struct({ packetId: Schema.Int, id: MessageId, mark: Schema.String })),
  /** Messages of QoS 2 that are stored, and that it has not released. */
  unreleased: Schema.Array(Schema.Int),
  directs: Schema.optional(Subscription),
  places: Schema.Array(
    Schema.Struct({
      name: ChannelName,
      id: Schema.optional(ChannelId),
      history: Schema.optional(HistoryId),
      messages: Schema.optional(Subscription),
      topic: Schema.optional(Subscription),
      sent: Schema.optional(Schema.Int),
      sentBefore: Schema.Int,
      /** What it has not acknowledged: places and packet identifiers. */
      again: Schema.Array(Schema.Tuple([Schema.Int, Schema.Int])),
    }),
  ),
})
export interface KeptState extends Schema.Schema.Type<typeof KeptState> {}

const json = Schema.fromJsonString(KeptState)

export const write = Schema.encodeSync(json)

/** Undefined where it is none: another release has written it, perhaps. */
export const read = (text: string): KeptState | undefined => Option.getOrUndefined(Schema.decodeOption(json)(text))
