import * as Schema from "effect/Schema"

/** What the protocol's reference says of a frame. */
export interface FrameDoc {
  readonly description: string
  /** Who sends it, where not both sides may. */
  readonly from?: "client" | "server"
  /** The type of the frame that answers it. */
  readonly reply?: string
  /** The type of the frame that the members get when it succeeds. */
  readonly event?: string
}

/** A frame: its `type`, what it is for, and its fields in the order they have on the wire. */
export const frame = <const Type extends string, const Fields extends Schema.Struct.Fields>(
  type: Type,
  doc: FrameDoc,
  fields: Fields,
) => Schema.Struct({ type: Schema.Literal(type), ...fields }).annotate({ ...doc })
