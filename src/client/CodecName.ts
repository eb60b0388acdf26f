/** How frames are encoded in version 2. */
export type CodecName = "json" | "msgpack"
