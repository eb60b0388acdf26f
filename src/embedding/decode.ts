/** What an embedding program says in plain text, as the operations take it. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { AddressRange } from "../domain/AddressRange.ts"
import { ChannelName } from "../domain/ChannelName.ts"
import { MessageId } from "../domain/MessageId.ts"
import { Reaction } from "../domain/Reaction.ts"
import { RequestError } from "../domain/RequestError.ts"
import { Seq } from "../domain/Seq.ts"
import { StatusText } from "../domain/Status.ts"
import { Topic } from "../domain/Topic.ts"
import { Username } from "../domain/Username.ts"

const decode =
  <A, I>(schema: Schema.Codec<A, I>, field: string) =>
  (given: I): Effect.Effect<A, RequestError> =>
    Effect.mapError(
      Schema.decodeEffect(schema)(given),
      (error) => new RequestError({ reason: "InvalidFrame", field, detail: `${field}: ${error.message}` }),
    )

export const channel = decode(ChannelName, "channel")
export const channelName = decode(ChannelName, "name")
export const id = decode(MessageId, "id")
export const topic = decode(Topic, "topic")
export const statusText = decode(StatusText, "text")
export const username = decode(Username, "username")
export const address = decode(AddressRange, "address")
export const reaction = decode(Reaction, "reaction")
export const seq = decode(Seq, "seq")
export const target = decode(Seq, "target")
/** Text that can go over a wire: whose surrogates are paired. */
export const content = decode(
  Schema.String.check(
    Schema.makeFilter<string>((text) => text.isWellFormed(), { expected: "text without lone surrogates" }),
  ),
  "content",
)
