import type { Model } from "../Model.ts"

/** Milliseconds for which it is shown. */
export const shownFor = 4000

/** Says above the draft what a key has done, where no message shows it: for a moment, and in no conversation. */
export const say = (model: Model, text: string): Model => ({
  ...model,
  said: { text, until: model.ticks + shownFor },
})
