/** Where one has left off: the line "new", which may be far above what is shown, or not loaded yet. */
import type { Intent } from "../Action.ts"
import { layout } from "../Layout.ts"
import type { Conversation, Model } from "../Model.ts"
import { rowCount, scrollInto } from "../Timeline.ts"
import { change, current, lookOf } from "./conversations.ts"
import { requestOlder } from "./history.ts"
import { say } from "./saying.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

/** Lines from which on one can be spared to say it. */
const roomyFrom = 5

/** Whether there is something new above the window, and that is said in its first row. */
export const isNewAbove = (model: Model, conversation: Conversation): boolean => {
  const { entries, firstUnread, scroll } = conversation
  const { rows } = layout(model).timeline
  const at = entries.findIndex(({ key }) => key === firstUnread)
  // A row over the message that is chosen, or was found, would hide it.
  if (at === -1 || rows < roomyFrom || model.selected !== undefined || model.search !== undefined) return false
  return rowCount(conversation, lookOf(model), scroll + rows + 1, at) > scroll + rows
}

const seek = (model: Model, seeking: boolean): Model =>
  change(model, model.current, (conversation) => ({ ...conversation, seeking }))

/** Scrolls to the line "new"; as long as it may be further up, what is there is loaded first. */
export const goToFirstNew = (model: Model): Next => {
  const { firstUnread, loading, unreadFrom } = current(model)
  if (loading && unreadFrom !== undefined) return [seek(model, true), []]
  if (unreadFrom !== undefined) {
    const [asked, asking] = requestOlder(model, model.current)
    if (asking.length > 0) return [seek(asked, true), asking]
  }
  const there = seek(model, false)
  if (firstUnread === undefined) return [say(there, "There is nothing new here."), []]
  const { rows } = layout(there).timeline
  const shown = change(there, there.current, (conversation) => ({
    ...conversation,
    scroll: scrollInto(conversation, firstUnread, lookOf(there), rows),
  }))
  return [shown, []]
}

/** Goes on with that when a page has come. */
export const goOn = (model: Model, channel: string): Next => {
  const { name, seeking } = current(model)
  return seeking && name === channel ? goToFirstNew(model) : [model, []]
}
