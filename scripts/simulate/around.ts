import type { Dice } from "../../src/testing/Dice.ts"

/** Whole milliseconds around a mean; many short, few long. */
export const around = (mean: number, dice: Dice): number =>
  1 + Math.floor(-Math.log(1 - dice.below(1000) / 1000) * mean)
