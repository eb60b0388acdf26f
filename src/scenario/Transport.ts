/** Over what members speak. */
import * as Schema from "effect/Schema"

export const Transport = Schema.Literals(["tcp", "websocket", "sse"])
export type Transport = typeof Transport.Type
