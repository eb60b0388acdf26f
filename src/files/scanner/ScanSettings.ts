import * as Duration from "effect/Duration"

export interface ScanSettings {
  /** A program and its arguments between spaces; empty for none. */
  readonly command: string
  /** Where files are posted to; empty for nowhere. */
  readonly url: string
  /** Time that a scanner has for one file. */
  readonly timeout: Duration.Duration
}

export const defaults: ScanSettings = { command: "", url: "", timeout: Duration.minutes(2) }
