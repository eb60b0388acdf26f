import * as Schema from "effect/Schema"
import type { FrameDoc } from "../FrameDoc.ts"

/** A frame: its `type`, what it is for, and its fields in the order they have on the wire. */
export const frame = <const Type extends string, const Fields extends Schema.Struct.Fields>(
  type: Type,
  doc: FrameDoc,
  fields: Fields,
) => Schema.Struct({ type: Schema.Literal(type), ...fields }).annotate({ ...doc })
