import type { Intent } from "../Action.ts"
import type { Model } from "../Model.ts"
import { find, notice, open, show } from "./conversations.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

/** Shows a conversation, and joins it if necessary. */
export const enter = (model: Model, channel: string): Next => {
  const opened = open(model, channel)
  const conversation = find(opened, channel)
  if (conversation === undefined) return [notice(model, "You are in as many channels as can be.", "error"), []]
  return [show(opened, channel), conversation.roster === undefined ? [{ _tag: "Join", channel }] : []]
}
