import type { ChannelName } from "../../domain/ChannelName.ts"
import type { Encoding2 } from "../../protocol/Encoding.ts"

/** The encoding for one side of a direct conversation: whatever is said of it says this name for it. */
export const seenAs = (encoding: Encoding2, name: ChannelName): Encoding2 => ({
  ...encoding,
  encode: (frame) => encoding.encode("channel" in frame ? { ...frame, channel: name } : frame),
})
