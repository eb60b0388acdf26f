import * as Encoding from "../../protocol/Encoding.ts"
import type { Framing } from "../../protocol/Framing.ts"
import type { Subprotocol } from "./Handshake.ts"
import type { Settled } from "./WebSocketConnection.ts"

type Spoken = Pick<Settled, "agreed" | "content">

const spoken: Readonly<Record<Subprotocol, (framing: Framing) => Spoken>> = {
  "natter.v2.json": (framing) => ({ agreed: Encoding.server2("json", undefined, framing), content: "text" }),
  "natter.v2.msgpack": (framing) => ({ agreed: Encoding.server2("msgpack", undefined, framing), content: "binary" }),
  "natter.v1": (framing) => ({ agreed: Encoding.server1In(framing), content: "text" }),
}

/** What a subprotocol settles of what is spoken. Without one a client may say anything, and `Connect` settles it. */
export const settledBy = (subprotocol: Subprotocol | undefined, framing: Framing): Spoken =>
  subprotocol === undefined ? { content: "any" } : spoken[subprotocol](framing)
