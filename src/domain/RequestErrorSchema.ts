/** `RequestError` where it goes from one node to another: apart from the error, so that a page need not have `effect/Schema`. */
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { catalog, RequestError, type RequestErrorReason } from "./RequestError.ts"

const reasons = Object.keys(catalog) as ReadonlyArray<RequestErrorReason>

const Fields = Schema.Struct({
  reason: Schema.Literals(reasons),
  detail: Schema.optional(Schema.String),
  retryAfter: Schema.optional(Schema.DurationFromMillis),
  field: Schema.optional(Schema.String),
  ref: Schema.optional(Schema.Finite),
})

const fromFields = SchemaTransformation.transform<RequestError, typeof Fields.Type>({
  decode: (fields) => new RequestError(fields),
  encode: ({ detail, field, reason, ref, retryAfter }) => ({ detail, field, reason, ref, retryAfter }),
})

const Itself = Schema.instanceOf(RequestError, {
  // What tests make of its own accord is made of its fields.
  toCodec: () => Schema.link<RequestError>()(Fields, fromFields),
})

export const RequestErrorSchema = Fields.pipe(Schema.decodeTo(Itself, fromFields))
