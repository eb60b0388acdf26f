import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { ChannelName } from "../../domain/ChannelName.ts"
import { OperationName, Scope } from "../../domain/Scope.ts"

const isOperation = Schema.is(OperationName)
const isChannel = Schema.is(ChannelName)

/**
 * The scope of a token as text. What was written by a Natter that knew other operations is no reason to keep its owner
 * out: those are left out, so that the token is for less, and never for more.
 */
export const StoredScope = Schema.fromJsonString(
  Schema.Struct({
    operations: Schema.optional(Schema.Array(Schema.String)),
    channels: Schema.optional(Schema.Array(Schema.String)),
    since: Schema.optional(Schema.Int),
  }),
).pipe(
  Schema.decodeTo(
    Schema.toType(Scope),
    SchemaTransformation.transform({
      decode: ({ channels, operations, since }): Scope => ({
        ...(operations === undefined ? {} : { operations: operations.filter(isOperation) }),
        ...(channels === undefined ? {} : { channels: channels.filter(isChannel) }),
        ...(since === undefined ? {} : { since }),
      }),
      encode: (scope) => scope,
    }),
  ),
)
