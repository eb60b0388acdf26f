// Apart from the service, so that settings can be read without loading it.
import * as Duration from "effect/Duration"

export interface AccessTokenSettings {
  /** How long an access token is good. It is not renewed: whoever holds the session's token asks for another. */
  readonly lifetime: Duration.Duration
  /** How long a key signs before another takes its place. */
  readonly rotateEvery: Duration.Duration
  /** What a token says of who made it, and for whom. */
  readonly issuer: string
  readonly audience: string
}

export const defaults: AccessTokenSettings = {
  lifetime: Duration.minutes(10),
  rotateEvery: Duration.days(30),
  issuer: "natter",
  audience: "natter",
}
