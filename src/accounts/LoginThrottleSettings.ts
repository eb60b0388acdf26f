// Apart from the service, so that settings can be read without loading it.
import * as Duration from "effect/Duration"

export interface LoginThrottleSettings {
  /** Failed logins on one account within the window before more are refused. */
  readonly perAccount: number
  /** The same from one address, whatever the account. */
  readonly perAddress: number
  readonly window: Duration.Duration
  /** Whether this machine is left out of the count per address. */
  readonly exemptLoopback: boolean
  /** Accounts, and addresses, whose failures are remembered. */
  readonly maxRemembered: number
}

export const defaults: LoginThrottleSettings = {
  perAccount: 5,
  perAddress: 20,
  window: Duration.minutes(15),
  exemptLoopback: true,
  maxRemembered: 10_000,
}
