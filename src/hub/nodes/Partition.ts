/** Channels are shared out among nodes by partitions: a node owns partitions, and so all channels in them. */
import * as Schema from "effect/Schema"
import type { ChannelName } from "../../domain/ChannelName.ts"

/** The same on all nodes, for ever: which channel is in which partition goes by it. */
export const partitions = 256

/** 0 to 255. */
export const Partition = Schema.Int.pipe(Schema.brand("Partition"))
export type Partition = typeof Partition.Type

/** FNV-1a over the code units of the name. */
export const partitionOf = (channel: ChannelName): Partition => {
  let hash = 0x811c9dc5
  for (let at = 0; at < channel.length; at++) hash = Math.imul(hash ^ channel.charCodeAt(at), 0x01000193)
  return Partition.make((hash >>> 0) % partitions)
}
