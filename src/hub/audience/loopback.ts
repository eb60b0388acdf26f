/** Channels behind encode and decode, as if each were on another node: what goes there and back goes as text. */
import * as Schema from "effect/Schema"
import { ChannelCommand, ChannelTurn } from "../channel/ChannelCommand.ts"
import type { ChannelInbox } from "./ChannelLink.ts"

const Command = Schema.fromJsonString(Schema.toCodecJson(ChannelCommand))
const Turn = Schema.fromJsonString(Schema.toCodecJson(ChannelTurn))

const copied = <A>(schema: Schema.Codec<A, string>) => {
  const encode = Schema.encodeSync(schema)
  const decode = Schema.decodeSync(schema)
  return (value: A): A => decode(encode(value))
}
const commandAsText = copied(Command)
const turnAsText = copied(Turn)

export const encodedInbox = (inbox: ChannelInbox): ChannelInbox => ({
  tellUnsafe: (command) => inbox.tellUnsafe(commandAsText(command)),
  tell: (command) => inbox.tell(commandAsText(command)),
})

export const encodedReceive =
  (receive: (turn: ChannelTurn) => void) =>
  (turn: ChannelTurn): void =>
    receive(turnAsText(turn))
