import { createElement } from "react"
import type { Conversation, Model } from "../Model.ts"
import { elsewhereText } from "../Elsewhere.ts"
import * as Plain from "../Plain.ts"
import { presenceOf } from "../update/absence.ts"
import { cut, fit, width } from "../Width.ts"
import type { Piece } from "./Paint.ts"
import { Rows } from "./Rows.ts"

/** A conversation's name as it is shown: `#ops`, `@ann`. */
export const written = (name: string): string =>
  name.startsWith("@") ? Plain.channel(name) : `#${Plain.channel(name)}`

/** Other conversations with unread messages, for when there is no list of them. */
const elsewhere = ({ conversations, current }: Model): string =>
  conversations
    .filter(({ name, unread }) => unread > 0 && name !== current)
    .map(({ mentions, name, unread }) => `${written(name)} ${mentions > 0 ? `@${unread}` : unread}`)
    .join(" ")

/** The conversation, its topic, and the user's name. */
const header = (
  model: Model,
  conversation: Conversation | undefined,
  columns: number,
  listed: boolean,
): ReadonlyArray<Piece> => {
  const name = conversation === undefined ? "natter" : written(conversation.name)
  const out = conversation?.out === true ? " (you are not in it)" : ""
  const presence =
    conversation?.name.startsWith("@") === true ? presenceOf(model, conversation.name.slice(1)) : undefined
  const number = conversation?.roster === undefined ? out : ` (${conversation.roster.count})`
  // Of two who talk alone it says nothing that there are two.
  const count = conversation?.name.startsWith("@") !== true ? number : presence === undefined ? "" : ` (${presence})`
  const left = cut(` ${name}${count}`, columns)
  const quiet = model.settings.dnd ? "(dnd) " : ""
  // Where there are several, it is said which one this is.
  const place = model.elsewhere.length === 0 ? "" : `at ${Plain.line(model.address)} `
  const hint = `${model.me === undefined ? "" : `${Plain.name(model.me)} `}${place}${quiet}/help `
  const here = listed ? "" : elsewhere(model)
  const unread = [elsewhereText(model.elsewhere), here].filter((part) => part !== "").join(" ")
  const wanted = [unread, hint].filter((part) => part !== "").join(" · ")
  const right =
    width(left) + width(wanted) + 2 <= columns ? wanted : cut(unread, Math.max(0, columns - width(left) - 2))
  const topic = conversation === undefined || conversation.topic === "" ? "" : ` ${Plain.line(conversation.topic)}`
  const room = columns - width(left) - width(right)
  return [
    { text: left, style: "barTitle" },
    { text: fit(room < 6 ? "" : topic, room - 1), style: "bar" },
    { text: ` ${right}`, style: "bar" },
  ]
}

export const Header = (part: {
  readonly model: Model
  readonly conversation: Conversation | undefined
  readonly columns: number
  readonly listed: boolean
}) => {
  const { columns, conversation, listed, model } = part
  return createElement(Rows, { columns, height: 1, rows: [header(model, conversation, columns, listed)] })
}
