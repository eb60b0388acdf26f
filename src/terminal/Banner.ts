/** Lines about the connection, and about others who are typing. */
import type { ClientState } from "../client/ClientState.ts"
import type { Conversation, Model } from "./Model.ts"
import * as Plain from "./Plain.ts"
import { cut, width } from "./Width.ts"

const seconds = (milliseconds: number): number => Math.max(0, Math.ceil(milliseconds / 1000))

/** How many messages are not acknowledged and have not failed. */
export const unsentIn = (conversations: ReadonlyArray<Conversation>): number =>
  conversations.reduce(
    (count, { entries }) => count + entries.filter((entry) => entry._tag === "Unsent" && !entry.failed).length,
    0,
  )

/** A line while the client is not online; counts down with `ticks`. */
export const banner = ({ address, connection, conversations, password, size, ticks }: Model): string | undefined => {
  const waiting = unsentIn(conversations)
  const kept = waiting === 0 ? "" : ` · ${waiting} to be sent`
  if (password !== undefined && connection._tag === "Away") {
    return withCause(connection, `type your password, and Enter${kept}`, size.columns)
  }
  switch (connection._tag) {
    case "Connecting":
      return `Connecting to ${Plain.line(address)} …`
    case "Away":
      return withCause(
        connection,
        `trying again in ${seconds(connection.until - ticks)} s (Ctrl+R: now)${kept}`,
        size.columns,
      )
    case "Returning":
      return withCause(connection, `trying again …${kept}`, size.columns)
    case "Ended":
      return connection.because === undefined ? "Closed" : Plain.line(connection.because.message)
    case "Online":
      return undefined
  }
}

const capital = (text: string): string => text.replace(/^./u, (first) => first.toUpperCase())

/** As many words as there is room for, and where there is not one, a part of it. */
const cutAtWord = (text: string, columns: number): string => {
  if (width(text) <= columns) return text
  const end = cut(text, columns - 1).lastIndexOf(" ")
  return end <= 0 ? cut(text, columns) : `${text.slice(0, end)} …`
}

/** The cause, as much of it as there is room for, and what happens next. */
const withCause = (
  { because }: Extract<ClientState, { readonly _tag: "Away" | "Returning" }>,
  now: string,
  columns: number,
): string => {
  // The margins take a column each, the separator takes three.
  const room = columns - width(now) - 5
  // What a key does can be read in the help, how much waits nowhere else.
  const short = now.replace(" (Ctrl+R: now)", "")
  if (room < 10) return width(now) > columns - 2 ? capital(short) : capital(now)
  return `${cutAtWord(capital(Plain.line(because.message)), room)} · ${now}`
}

/** "ann is typing …" */
export const typing = ({ typing }: Conversation, ticks: number): string => {
  const names = [...typing].filter(([, until]) => until > ticks).map(([name]) => Plain.nameInText(name))
  const [first, second] = names
  if (first === undefined) return ""
  if (second === undefined) return `${first} is typing …`
  return names.length === 2 ? `${first} and ${second} are typing …` : "several people are typing …"
}
