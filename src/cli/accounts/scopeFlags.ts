/** What a token is for, as it is written on the command line. */
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ChannelName } from "../../domain/ChannelName.ts"
import { maxChannels, operationsOf, type Scope, ScopeWord, wordsOf } from "../../domain/Scope.ts"

const Words = Schema.Array(ScopeWord)
const decodeWords = Schema.decodeUnknownOption(Words)
const decodeChannel = Schema.decodeUnknownOption(ChannelName)

export const scopeFlags = {
  scope: Flag.String("scope").pipe(
    Flag.withMetavar("WORDS"),
    Flag.withDescription(
      "What the token may do, with commas between: read, write, manage, account, service, or single operations such as publish; default: all that the user may",
    ),
    Flag.filterMap(
      (text) => decodeWords(text.split(",").map((word) => word.trim())),
      () => "read, write, manage, account, service or operations such as publish and page",
    ),
    Flag.optional,
  ),
  channel: Flag.String("channel").pipe(
    Flag.withMetavar("NAME"),
    Flag.withDescription("Where it may do that, and nowhere else: a channel, or @name for a conversation; repeatable"),
    Flag.filterMap(decodeChannel, () => "the name of a channel"),
    Flag.between(0, maxChannels),
  ),
}

interface Written {
  readonly scope: Option.Option<typeof Words.Type>
  readonly channel: ReadonlyArray<ChannelName>
}

/** Undefined where neither flag is given: then it is for everything. */
export const scopeOf = ({ channel, scope }: Written): Scope | undefined =>
  Option.isNone(scope) && channel.length === 0
    ? undefined
    : {
        ...(Option.isNone(scope) ? {} : { operations: operationsOf(scope.value) }),
        ...(channel.length === 0 ? {} : { channels: channel }),
      }

/** The same in a list. */
export const shownScope = (scope: Scope | null) => ({
  scope: scope?.operations === undefined ? null : wordsOf(scope.operations).join(","),
  channels: scope?.channels?.join(",") ?? null,
})
