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
  if (conversation.roster !== undefined) return [show(opened, channel), []]
  const trying = change(opened, channel, (conversation) => ({ ...conversation, out: false }))
  return [show(trying, channel), [{ _tag: "Join", channel }]]
}

/** Shows the first of these conversations, and joins all of them if necessary. */
export const enterAll = (model: Model, [first, ...others]: readonly [string, ...ReadonlyArray<string>]): Next => {
  const [shown, joining] = enter(model, first)
  // Where one cannot be entered the first is shown again, and not what happened to be shown in between.
  const [there, more] = others.reduce<Next>(
    ([next, intents], channel) => {
      const [entered, wanted] = enter(show(next, shown.current), channel)
      return [entered, [...intents, ...wanted]]
    },
    [shown, joining],
  )
  return [show(there, shown.current), more]
}
