import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Socket from "effect/socket/Socket"

/** Opens sockets to a server: over TCP in Node, over a WebSocket in a browser. */
export class Dialer extends Context.Service<
  Dialer,
  {
    /** A socket for one connection; it dials when its reader is acquired. */
    readonly socket: Effect.Effect<Socket.Socket>
    /** Where the server is, as people write it. */
    readonly address: string
  }
>()("natter/client/Dialer") {}
