/** Arguments and flags of the commands that connect to a server: its address, a channel, and how to sign in. */
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Address from "../client/Address.ts"
import { lobby } from "../domain/ChannelName.ts"
import { type TlsFlags, tlsFlags } from "./tls.ts"

/** How to sign in. */
export interface SignInFlags extends TlsFlags {
  readonly name: Option.Option<string>
  readonly token: Option.Option<Redacted.Redacted>
  readonly invite: Option.Option<Redacted.Redacted>
}

/** How to sign in, and to which channel. */
export interface ConnectionFlags extends SignInFlags {
  readonly channel: string
}

export const defaultAddress = `the server signed in to last, else ${Address.format(Address.local)}`

export const address = Argument.String("address").pipe(
  Argument.withDescription(`Where the server listens: ${Address.forms} (${defaultAddress})`),
  Argument.optional,
)

export const who = {
  name: Flag.String("name").pipe(
    Flag.withAlias("n"),
    Flag.withDescription(
      "Your name there (or NATTER_NAME; without either, the one of `natter login`). Its password is NATTER_PASSWORD, or is asked for on a terminal. Where accounts are open, a new name is registered",
    ),
    Flag.optional,
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
  ...tlsFlags,
}

/** For a command that comes back to its server in any case. */
export const reconnect = Flag.Boolean("reconnect").pipe(
  Flag.withDescription("Wait for a server that is not there yet, or has no time, as long as it takes"),
  Flag.withDefault(false),
)

export const flags = {
  channel: Flag.String("channel").pipe(
    Flag.withAlias("c"),
    Flag.withDescription(`The channel to join (${lobby})`),
    Flag.withDefault<string>(lobby),
  ),
  ...who,
}
