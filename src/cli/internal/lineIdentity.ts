/** Which server, and who one is there: what `tail` and `send` have in common. */
import type * as CliError from "effect/cli/CliError"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Stdio from "effect/Stdio"
import type * as Terminal from "effect/Terminal"
import * as Address from "../../client/Address.ts"
import type { Credentials } from "../../client/Connection.ts"
import { lobby } from "../../domain/ChannelName.ts"
import { userError } from "./lineError.ts"
import { askHidden } from "./linePassword.ts"

/** What the flags say. */
export interface Given {
  readonly name: Option.Option<string>
  readonly channel: string
  readonly token: Option.Option<Redacted.Redacted>
  readonly invite: Option.Option<Redacted.Redacted>
}

export const flags = {
  name: Flag.String("name").pipe(
    Flag.withAlias("n"),
    Flag.withDescription("Your name there (or NATTER_NAME). Where accounts are open, a new name is registered"),
    Flag.withFallbackConfig(Config.String("NATTER_NAME")),
    Flag.optional,
  ),
  channel: Flag.String("channel").pipe(
    Flag.withAlias("c"),
    Flag.withDescription("The channel to join"),
    Flag.withDefault<string>(lobby),
  ),
  token: Flag.Redacted("token").pipe(
    Flag.withDescription(
      "Sign in with a token instead of name and password (better NATTER_TOKEN: flags can be seen by others)",
    ),
    Flag.withFallbackConfig(Config.Redacted("NATTER_TOKEN")),
    Flag.optional,
  ),
  invite: Flag.Redacted("invite").pipe(
    Flag.withDescription("An invitation, where registering a name needs one"),
    Flag.optional,
  ),
}

export const parseAddress = (text: string) =>
  Effect.mapError(Effect.fromResult(Address.parse(text)), (hint) => userError(`${text} is not an address: ${hint}`))

/** Whether a word can be an address, where it could also be something else. */
export const looksLikeAddress = (word: string): boolean => Result.isSuccess(Address.parse(word))

/**
 * A token, or a name and a password. The password is NATTER_PASSWORD, or asked for on a terminal;
 * elsewhere there is none, which is enough for a guest.
 */
export const credentials = Effect.fnUntraced(function* (
  given: Given,
  address: Address.Address,
): Effect.fn.Return<Credentials, CliError.UserError | Terminal.QuitError, Stdio.Stdio> {
  if (Option.isSome(given.token)) return { token: given.token.value }
  if (Option.isNone(given.name)) return yield* userError("say who you are: --name NAME, or NATTER_NAME")
  const username = given.name.value
  const invite = Option.getOrUndefined(given.invite)
  const known = yield* Effect.orElseSucceed(Config.option(Config.Redacted("NATTER_PASSWORD")), Option.none)
  const { stdinIsTerminal } = yield* Stdio.Stdio
  const password = Option.isSome(known)
    ? known.value
    : (yield* stdinIsTerminal)
      ? yield* askHidden(`Password of ${username} on ${Address.format(address)}: `)
      : Redacted.make("")
  return { username, password, invite }
})
