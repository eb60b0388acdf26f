import { createElement } from "react"
import type { Roster } from "../../client/Roster.ts"
import type { Username } from "../../domain/Username.ts"
import type { Member } from "../../protocol/v2/ServerFrame.ts"
import { membersIn } from "../MemberRows.ts"
import { colourOf } from "../Palette.ts"
import * as Plain from "../Plain.ts"
import { cut, fit, width } from "../Width.ts"
import type { Piece } from "./Paint.ts"
import { Rows } from "./Rows.ts"

const marks: { readonly [Status in Member["status"]]: string } = { online: "●", away: "◐", busy: "●" }

/** A dot shows the status by its colour; without colours a word does. */
const row = (
  { status, text, username }: Member,
  me: Username | undefined,
  columns: number,
  colours: boolean,
  online: boolean,
): ReadonlyArray<Piece> => {
  const name = Plain.name(username)
  const behind = text === undefined || text === "" ? "" : ` ${Plain.line(text)}`
  const word = colours || status === "online" ? "" : ` (${status})`
  const dot = ` ${!online ? "○" : colours ? marks[status] : " "} `
  const shown = cut(name, columns - width(dot) - width(word))
  const room = columns - width(dot) - width(shown) - width(word)
  return [
    { text: dot, style: online ? status : "hint" },
    username === me ? { text: shown, style: "me" } : { text: shown, style: "name", colour: colourOf(username) },
    { text: word, style: "hint" },
    { text: fit(room < 4 ? "" : behind, room), style: "hint" },
  ]
}

/** The members; in a channel too large for names, how many there are. */
export const Members = (part: {
  readonly roster: Roster | undefined
  readonly me: Username | undefined
  readonly colours: boolean
  /** Whether the list is up to date: while the client is away, it shows how it was. */
  readonly online: boolean
  readonly columns: number
  readonly height: number
}) => {
  const { colours, columns, height, me, online, roster } = part
  const count = roster?.count ?? 0
  const shown = membersIn(roster, height)
  const rows: Array<ReadonlyArray<Piece>> = shown.map((member) => row(member, me, columns, colours, online))
  if (count > shown.length) {
    rows.push([
      { text: cut(` ${shown.length === 0 ? "" : "and "}${count - shown.length} more`, columns), style: "hint" },
    ])
  }
  return createElement(Rows, { columns, height, rows })
}
