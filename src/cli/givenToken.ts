import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

/** The token of a flag, or else of the environment. */
export const givenToken = (flag: Option.Option<Redacted.Redacted>): string | undefined =>
  Option.getOrUndefined(Option.map(flag, Redacted.value)) ?? (process.env["NATTER_TOKEN"] || undefined)
