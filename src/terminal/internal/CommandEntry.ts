import type { Command } from "../Command.ts"

/** A command in the list of all commands. */
export interface CommandEntry {
  /** Its name, then its aliases. */
  readonly names: readonly [string, ...ReadonlyArray<string>]
  /** Its arguments, as the help shows them. */
  readonly usage: string
  readonly summary: string
  readonly read: (rest: string) => Command
}

export const wrong = (why: string): Command => ({ _tag: "Wrong", why })
