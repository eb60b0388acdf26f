import type { Intent } from "../Action.ts"
import { unsentIn } from "../Banner.ts"
import type { Model } from "../Model.ts"
import { notice } from "./conversations.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

/** Time in which asking once more means it, in milliseconds. */
const askedFor = 30_000

/** Leaves. What is on its way is sent first; what cannot be sent now is lost only where that is asked for once more. */
export const leave = (model: Model): Next => {
  const { askedToLeave, connection, conversations, now } = model
  const unsent = unsentIn(conversations)
  const meant = askedToLeave !== undefined && now - askedToLeave < askedFor
  if (unsent === 0 || meant) return [model, [{ _tag: "Quit" }]]
  const asking = { ...model, askedToLeave: now }
  if (connection._tag === "Online") return [{ ...asking, leaving: true }, []]
  const what = unsent === 1 ? "A message is" : `${unsent} messages are`
  return [notice(asking, `${what} not sent yet, and would be lost. Once more to leave all the same.`, "error"), []]
}

/** Leaves, if that was only waiting for the last message. */
export const leaveWhenSent = (model: Model): ReadonlyArray<Intent> =>
  model.leaving && unsentIn(model.conversations) === 0 ? [{ _tag: "Quit" }] : []
