import * as Context from "effect/Context"
import * as Duration from "effect/Duration"

export interface FileSettings {
  /** Whether anybody may send files. */
  readonly enabled: boolean
  /** Bytes of one file. */
  readonly maxBytes: number
  /** Bytes of one user's files, those included that are still to come. */
  readonly quota: number
  /** Files that a user may be sending at once, those included whose connection was lost. */
  readonly uploads: number
  /** Bytes that may have come and not be stored yet, of all files together. */
  readonly memory: number
  /** How long an upload waits for more, and a file that has come for a message that carries it. */
  readonly expireAfter: Duration.Duration
  /** Files go at this age, also those whose messages stay. */
  readonly maxAge: Duration.Duration
  /** How often it is looked for what is to go. */
  readonly sweepEvery: Duration.Duration
}

export const defaults: FileSettings = {
  enabled: true,
  maxBytes: 2 * 1024 ** 3,
  quota: 10 * 1024 ** 3,
  uploads: 20,
  memory: 256 * 1024 ** 2,
  expireAfter: Duration.days(2),
  maxAge: Duration.days(36_500),
  sweepEvery: Duration.minutes(1),
}

/** A reference: without a layer it has the defaults. */
export const FileSettings = Context.Reference<FileSettings>("natter/files/FileSettings", {
  defaultValue: () => defaults,
})
