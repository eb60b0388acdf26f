/**
 * With what `natter load …` ends: 0 where every promise holds or is not judged, 1 where one does not hold or the load
 * could not be made, 2 where it was asked for wrongly.
 */
import * as Data from "effect/Data"
import * as Runtime from "effect/Runtime"
import { printable } from "../../client/Printable.ts"
import type { Result } from "../../scenario/Result.ts"

/** Nothing was done: what was asked for makes no sense. The message says what to do instead. */
export class WrongUse extends Data.TaggedError("WrongUse")<{ readonly message: string }> {
  override readonly [Runtime.errorExitCode] = 2
}

export const wrongUse = (message: string): WrongUse => new WrongUse({ message: printable(message) })

export class PromiseBroken extends Data.TaggedError("PromiseBroken")<{ readonly message: string }> {
  override readonly [Runtime.errorExitCode] = 1
}

/** Undefined where none is: a promise that nobody could judge is not broken. */
export const brokenPromise = ({ verdicts }: Pick<Result, "verdicts">): PromiseBroken | undefined => {
  const broken = verdicts.filter(({ holds }) => holds === false).length
  if (broken === 0) return undefined
  return new PromiseBroken({ message: broken === 1 ? "a promise does not hold" : `${broken} promises do not hold` })
}
