import type { Intent } from "../Action.ts"
import { unsentIn } from "../Banner.ts"
import type { Model } from "../Model.ts"
import { notice } from "./conversations.ts"
import { say, shownFor } from "./saying.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

/** Milliseconds in which asking to quit once more confirms it. */
const confirmWithin = 30_000

/** Quits. Unsent messages are sent first; those that cannot be sent now are lost only if the user confirms that. */
export const quit = (model: Model): Next => {
  const { quitAskedAt, connection, conversations, ticks, transfers } = model
  const unsent = unsentIn(conversations)
  const confirmed = quitAskedAt !== undefined && ticks - quitAskedAt < confirmWithin
  if ((unsent === 0 && transfers.length === 0) || confirmed) return [model, [{ _tag: "Quit" }]]
  const asking = { ...model, quitAskedAt: ticks }
  const files = transfers.length === 1 ? "A file is" : `${transfers.length} files are`
  if (connection._tag === "Online") {
    const leaving = { ...asking, quitting: true }
    if (transfers.length === 0) return [leaving, []]
    return [notice(leaving, `${files} still on the way: it ends when that is done. Once more to leave at once.`), []]
  }
  if (unsent === 0) {
    return [
      notice(asking, `${files} still on the way, and would be cut off. Once more to leave all the same.`, "error"),
      [],
    ]
  }
  const what = unsent === 1 ? "A message is" : `${unsent} messages are`
  return [notice(asking, `${what} not sent yet, and would be lost. Once more to leave all the same.`, "error"), []]
}

/** Milliseconds in which Ctrl+C once more leaves: as long as the line above the draft says so. */
const leaveWithin = shownFor

/** Ctrl+C where there is nothing to clear: who has pressed it once too often is not gone for that. */
export const leave = (model: Model): Next => {
  const { conversations, leavingAt, ticks, transfers } = model
  const waits = unsentIn(conversations) > 0 || transfers.length > 0
  return waits || ticks - leavingAt < leaveWithin
    ? quit(model)
    : [{ ...say(model, "Ctrl+C again leaves."), leavingAt: ticks }, []]
}

/** Quits, if that was waiting for the last unsent message. */
export const quitWhenSent = (model: Model): ReadonlyArray<Intent> =>
  model.quitting && model.transfers.length === 0 && unsentIn(model.conversations) === 0 ? [{ _tag: "Quit" }] : []
