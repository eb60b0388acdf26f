import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Socket from "effect/socket/Socket"
import type { CodecName } from "./CodecName.ts"
import type { Manner } from "./internal/Manner.ts"

/**
 * What goes over a socket: bytes without borders, as over TCP, where each frame says how long it is; or whole messages, as
 * over a WebSocket, where each is the body of one frame.
 */
export type Carries = "stream" | "messages"

/** Where a transport of messages learns, while it dials, which codec it is to agree on. */
export const Codec = Context.Reference<CodecName>("natter/client/Dialer/Codec", { defaultValue: () => "json" })

/** Opens sockets to a server: over TCP in Node, over a WebSocket in a browser. */
export class Dialer extends Context.Service<
  Dialer,
  {
    /** A socket for one connection; it dials when its reader is acquired. What is written is one frame at a time. */
    readonly socket: Effect.Effect<Socket.Socket>
    /** Default: a stream. Over a transport of messages version 2 is spoken from the start, in the `Codec` asked for. */
    readonly carries?: Carries | undefined
    /** How one talks over a byte stream: loaded when it is needed where it is not given, so that a page need not have it. */
    readonly byteStream?: Manner | undefined
    /** The codecs that can be carried; the first is used in place of one that cannot. Default: all. */
    readonly codecs?: readonly [CodecName, ...ReadonlyArray<CodecName>] | undefined
    /** Where the server is, as people write it. */
    readonly address: string
  }
>()("natter/client/Dialer") {}
