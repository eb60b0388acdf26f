/** What a click does: it goes to what it is on. */
import type { Intent } from "../Action.ts"
import { around } from "../ChannelRows.ts"
import { layout } from "../Layout.ts"
import { membersIn } from "../MemberRows.ts"
import type { Model } from "../Model.ts"
import { placeOf, timeline } from "../Timeline.ts"
import { current, lookOf, scroll, show } from "./conversations.ts"
import * as FirstNew from "./firstNew.ts"
import * as Selecting from "./selecting.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

/** A row of the list of conversations. */
const inList = (model: Model, row: number, height: number): Next => {
  const { conversations } = model
  const at = conversations.findIndex(({ name }) => name === model.current)
  const clicked = around(conversations, at, height)[row]
  return [clicked === undefined ? model : show(model, clicked.name), []]
}

/** A row of the window with the messages. */
const inWindow = (model: Model, row: number, height: number): Next => {
  const conversation = current(model)
  const look = lookOf(model)
  const { below } = timeline(conversation, look, height)
  if (below > 0 && row === height - 1) return [scroll(model, Number.NEGATIVE_INFINITY), []]
  if (row === 0 && FirstNew.isNewAbove(model, conversation)) return FirstNew.goToFirstNew(model)
  const place = placeOf({ ...conversation, scroll: below + height - 1 - row }, look)
  return [place === undefined ? model : Selecting.chooseKey(model, place.key), []]
}

/** A row of the list of members: who that is. */
const inMembers = (model: Model, row: number, height: number): Next => {
  const member = membersIn(current(model).roster, height)[row]
  if (member === undefined) return [model, []]
  // What is said of them stands at the end.
  return [scroll(model, Number.NEGATIVE_INFINITY), [{ _tag: "Whois", name: member.username, channel: model.current }]]
}

/** In columns and rows from the top left, from 0 on. */
export const click = (model: Model, column: number, row: number): Next => {
  const { help, password, past, picker, search } = model
  // What is open over the conversation has the keys, and is left by them.
  if ([help, password, past, picker, search].some((open) => open !== undefined)) return [model, []]
  const { banner, channels, header, members, timeline } = layout(model)
  const inside = row - header - banner
  if (inside < 0 || inside >= timeline.rows) return [model, []]
  if (column < channels) return inList(model, inside, timeline.rows)
  const left = channels === 0 ? 0 : channels + 1
  const right = left + timeline.columns
  if (column >= left && column < right) return inWindow(model, inside, timeline.rows)
  return members > 0 && column > right ? inMembers(model, inside, timeline.rows) : [model, []]
}
