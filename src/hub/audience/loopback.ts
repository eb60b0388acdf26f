/** Channels behind encode and decode, as if each were on another node: what goes there and back goes as text. */
import * as Schema from "effect/Schema"
import { ChannelCommand, ChannelTurn } from "../channel/ChannelCommand.ts"
import type { ChannelInbox } from "./ChannelLink.ts"

// The text is made here: `Schema.fromJsonString` parses it in a fiber, which takes longer than all the rest.
const copied = <A>(schema: Schema.Codec<A, Schema.Json>) => {
  const encode = Schema.encodeSync(schema)
  const decode = Schema.decodeUnknownSync(schema)
  return (value: A): A => decode(JSON.parse(JSON.stringify(encode(value))))
}
const commandAsText = copied(Schema.toCodecJson(ChannelCommand))
const turnAsText = copied(Schema.toCodecJson(ChannelTurn))

export const encodedInbox = (inbox: ChannelInbox): ChannelInbox => ({
  tellUnsafe: (command) => inbox.tellUnsafe(commandAsText(command)),
  tell: (command) => inbox.tell(commandAsText(command)),
})

export const encodedReceive =
  (receive: (turn: ChannelTurn) => void) =>
  (turn: ChannelTurn): void =>
    receive(turnAsText(turn))
