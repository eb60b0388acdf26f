/** The flags that `tail` and `send` have in common: which channel, and who one is there. */
import * as Flag from "effect/cli/Flag"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { lobby } from "../../domain/ChannelName.ts"

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
    Flag.withDescription(
      "Your name there (or NATTER_NAME). Its password is NATTER_PASSWORD, or is asked for on a terminal. Where accounts are open, a new name is registered",
    ),
    Flag.optional,
  ),
  channel: Flag.String("channel").pipe(
    Flag.withAlias("c"),
    Flag.withDescription(`The channel to join (${lobby})`),
    Flag.withDefault<string>(lobby),
  ),
  token: Flag.Redacted("token").pipe(
    Flag.withDescription(
      "Sign in with a token, as `natter token create` makes them, instead of name and password (better NATTER_TOKEN: flags can be seen by others)",
    ),
    Flag.optional,
  ),
  invite: Flag.Redacted("invite").pipe(
    Flag.withDescription("An invitation, where registering a name needs one"),
    Flag.optional,
  ),
}
