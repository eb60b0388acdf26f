// Apart from the service, so that settings can be read without loading it.
import * as Duration from "effect/Duration"

/**
 * What happens to a name that has no account: `open` registers it with the password given, `invite` does so for the
 * holder of an invite, `closed` refuses it, `guest` lets it in under any password and stores nothing.
 */
export const accountModes = ["open", "invite", "closed", "guest"] as const

export interface AccountSettings {
  readonly mode: (typeof accountModes)[number]
  /**
   * Whether whoever registers the first name there is, from this machine, is an administrator. Without it that takes somebody who has
   * the data folder.
   */
  readonly firstAdministrates?: boolean
  /**
   * Characters in a new password, at least. The default is 1 because the simplest clients cannot show why a password
   * was refused; raise it where strangers can connect.
   */
  readonly minPasswordLength: number
  /** New accounts from one address, or one /64 of IPv6, where anybody may register; undefined for no limit. */
  readonly registrations: { readonly burst: number; readonly perHour: number } | undefined
  /**
   * How long a token signs in without the password, unless it was made for another time: that of a session from when it was
   * used last, also by who stays connected.
   */
  readonly tokenLifetime: Duration.Duration
  /** How long an invite is valid, unless it was made for another time. */
  readonly inviteLifetime: Duration.Duration
}

export const defaults: AccountSettings = {
  mode: "open",
  minPasswordLength: 1,
  registrations: { burst: 20, perHour: 120 },
  tokenLifetime: Duration.days(30),
  inviteLifetime: Duration.days(7),
}
