import type { Intent } from "../Action.ts"
import { unsentIn } from "../Banner.ts"
import type { Model } from "../Model.ts"
import { notice } from "./conversations.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

/** Milliseconds in which asking to quit once more confirms it. */
const confirmWithin = 30_000

/** Quits. Unsent messages are sent first; those that cannot be sent now are lost only if the user confirms that. */
export const quit = (model: Model): Next => {
  const { quitAskedAt, connection, conversations, ticks } = model
  const unsent = unsentIn(conversations)
  const confirmed = quitAskedAt !== undefined && ticks - quitAskedAt < confirmWithin
  if (unsent === 0 || confirmed) return [model, [{ _tag: "Quit" }]]
  const asking = { ...model, quitAskedAt: ticks }
  if (connection._tag === "Online") return [{ ...asking, quitting: true }, []]
  const what = unsent === 1 ? "A message is" : `${unsent} messages are`
  return [notice(asking, `${what} not sent yet, and would be lost. Once more to leave all the same.`, "error"), []]
}

/** Quits, if that was waiting for the last unsent message. */
export const quitWhenSent = (model: Model): ReadonlyArray<Intent> =>
  model.quitting && unsentIn(model.conversations) === 0 ? [{ _tag: "Quit" }] : []
