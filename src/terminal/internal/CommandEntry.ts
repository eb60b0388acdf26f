import type { Command } from "../Command.ts"

/** A command as it is listed. */
export interface CommandEntry {
  /** What it is called, and what else people try. */
  readonly names: readonly [string, ...ReadonlyArray<string>]
  /** What comes behind the name, as it is written in the help. */
  readonly usage: string
  readonly summary: string
  readonly read: (rest: string) => Command
}

export const wrong = (why: string): Command => ({ _tag: "Wrong", why })

export const firstWord = (text: string): readonly [word: string, rest: string] => {
  const [, word = "", rest = ""] = /^(\S*)\s*([^]*)$/.exec(text)!
  return [word, rest]
}
