/** Arguments and flags of the commands that connect to a server: its address, a channel, and how to sign in. */
import * as Argument from "effect/cli/Argument"
import type * as CliError from "effect/cli/CliError"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Address from "../client/Address.ts"
import { lobby } from "../domain/ChannelName.ts"
import { type TlsFlags, tlsFlags } from "./tls.ts"
import { userError } from "./userError.ts"

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

/** The same, for a command that has other words. */
export const addressFlag = Flag.String("address").pipe(
  Flag.withDescription(`Where the server listens: ${Address.forms} (${defaultAddress})`),
  Flag.optional,
)

/** The address as a word, and as the flag that other commands have. */
export const place = {
  address: Argument.String("address").pipe(
    Argument.withDescription(`Where the server listens: ${Address.forms} (${defaultAddress})`),
    Argument.optional,
  ),
  addressFlag,
}

interface Place {
  readonly address: Option.Option<string>
  readonly addressFlag: Option.Option<string>
}

/** Runs a command with that of the two which was given. */
export const placed =
  <Given extends Place, A, E, R>(run: (given: Given) => Effect.Effect<A, E, R>) =>
  (given: Given): Effect.Effect<A, E | CliError.UserError, R> =>
    Option.isSome(given.address) && Option.isSome(given.addressFlag)
      ? Effect.fail(userError("give the address once: as a word, or with --address"))
      : run({ ...given, address: Option.orElse(given.addressFlag, () => given.address) })

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
