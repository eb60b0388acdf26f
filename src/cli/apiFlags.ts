/** Arguments and flags of the commands that ask a service over HTTP. */
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import * as Schema from "effect/Schema"
import { ChannelName } from "../domain/ChannelName.ts"
import { Seq } from "../domain/Seq.ts"
import { Username } from "../domain/Username.ts"
import { parseDuration } from "../server/ServerConfig.ts"
import { addressFlag, type SignInFlags, who } from "./connectionFlags.ts"

/** Which service, who asks, and how the answer is printed. */
export interface ApiFlags extends SignInFlags {
  readonly address: Option.Option<string>
  readonly json: boolean
}

export const apiFlags = {
  address: addressFlag,
  ...who,
  json: Flag.Boolean("json").pipe(
    Flag.withDescription("Print the answer as it came, as JSON; an error as the problem document, on standard error"),
    Flag.withDefault(false),
  ),
}

/** A command's flags. */
export interface Given {
  readonly api: ApiFlags
}

/** What was given of these, without the others. */
export const some = <Fields extends Readonly<Record<string, Option.Option<unknown>>>>(fields: Fields) =>
  Record.getSomes(fields) as { readonly [Name in keyof Fields]?: Option.Option.Value<Fields[Name]> }

const one = <A>(schema: Schema.Codec<A, string>) => {
  const decode = Schema.decodeOption(schema)
  return (text: string) => decode(text)
}

const isChannel = one(ChannelName)
const aChannel = 'the name of a channel: letters, digits, ".", "_" and "-"; or "@" and the name of a user'
const isUser = one(Username)
const aUser = "the name of a user"

export const channel = Argument.String("channel").pipe(
  Argument.withDescription("The channel's name; @NAME for the direct conversation with somebody"),
  Argument.filterMap(isChannel, () => aChannel),
)

export const username = Argument.String("user").pipe(
  Argument.withDescription("The user's name"),
  Argument.filterMap(isUser, () => aUser),
)

export const seq = Argument.Int("number").pipe(
  Argument.withDescription("The message's number in the channel, as `natter message list` shows it"),
  Argument.filterMap(Schema.decodeOption(Seq), () => "the number of a message"),
)

/** A flag with a channel. */
export const channelFlag = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("CHANNEL"),
    Flag.withDescription(description),
    Flag.filterMap(isChannel, () => aChannel),
    Flag.optional,
  )

/** A flag with the number of a message. */
export const seqFlag = (name: string, description: string) =>
  Flag.Int(name).pipe(
    Flag.withMetavar("NUMBER"),
    Flag.withDescription(description),
    Flag.filterMap(Schema.decodeOption(Seq), () => "the number of a message"),
    Flag.optional,
  )

/** The message that one answers. */
export const replyTo = seqFlag("reply-to", "The message that this one answers, by its number in the channel")

/** A flag with one of these values. */
export const oneOf = <const Values extends ReadonlyArray<string>>(name: string, values: Values, description: string) =>
  Flag.Literals(name, values).pipe(Flag.withDescription(description), Flag.optional)

/** A flag with a length of time; in milliseconds. */
export const period = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("TIME"),
    Flag.withDescription(description),
    Flag.filterMap(
      (text) => Option.map(Option.fromUndefinedOr(parseDuration(text)), Duration.toMillis),
      () => "a time such as 30s, 10m or 1d",
    ),
    Flag.optional,
  )

/** A flag with a text. */
export const textFlag = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)
