import type { Intent } from "../Action.ts"
import type { Model } from "../Model.ts"
import { change, find, notice, open, show } from "./conversations.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

/** Shows a conversation, and joins it if necessary. */
export const enter = (model: Model, channel: string): Next => {
  const known = find(model, channel) !== undefined
  const added = open(model, channel)
  const opened = known
    ? added
    : change(added, channel, (conversation) => ({ ...conversation, openedFrom: model.current }))
  const conversation = find(opened, channel)
  if (conversation === undefined) return [notice(model, "You are in as many channels as can be.", "error"), []]
  return [show(opened, channel), conversation.roster === undefined ? [{ _tag: "Join", channel }] : []]
}
