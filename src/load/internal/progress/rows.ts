import stringWidth from "string-width"
import { printable } from "../../../client/Printable.ts"
import type { Snapshot } from "../../../scenario/Snapshot.ts"
import type { PerSecond } from "./rates.ts"

export interface Look {
  readonly columns: number
  readonly colours: boolean
}

const bar = { least: 10, most: 40 }
const between = "   "

const styles = { bold: 1, dim: 2, red: 31, yellow: 33, green: 32 } as const
type Style = keyof typeof styles

/** A part of a row that is not broken. */
interface Part {
  readonly text: string
  readonly style?: Style | undefined
}

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 })

const number = (value: number): string => (value !== 0 && value < 99.95 ? value.toFixed(1) : whole.format(value))

const millis = (value: number): string => {
  if (value >= 9999.5) return `${(value / 1000).toFixed(1)} s`
  return `${value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2)} ms`
}

/** Seconds as `1:02`, or `1:02:03`. */
const clock = (seconds: number): string => {
  const all = Math.max(0, Math.round(seconds))
  const two = (value: number) => String(value).padStart(2, "0")
  const [hours, minutes] = [Math.floor(all / 3600), Math.floor(all / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(all % 60)}` : `${minutes}:${two(all % 60)}`
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" })

const cut = (text: string, columns: number): string => {
  if (stringWidth(text) <= columns) return text
  let taken = ""
  for (const { segment } of segmenter.segment(text)) {
    if (stringWidth(taken + segment) >= columns) break
    taken += segment
  }
  return `${taken}…`
}

const paint = ({ style, text }: Part, { colours }: Look): string =>
  colours && style !== undefined ? `\u001b[${styles[style]}m${text}\u001b[0m` : text

const plural = (count: number, one: string): string => `${whole.format(count)} ${one}${count === 1 ? "" : "s"}`

/** What there is to say besides how long it takes. */
const partsOf = (snapshot: Snapshot, rates: PerSecond): ReadonlyArray<Part> => {
  const { errors, incident, latency, members, membersIn } = snapshot
  const missing = snapshot.phase === "measuring" && membersIn < members
  return [
    { text: `${whole.format(membersIn)} of ${whole.format(members)} in`, style: missing ? "yellow" : undefined },
    { text: `${number(rates.sent)}/s sent` },
    { text: `${number(rates.delivered)}/s delivered` },
    ...(latency === undefined ? [] : [{ text: `p50 ${millis(latency.p50)}, p99 ${millis(latency.p99)}` }]),
    { text: plural(errors, "error"), style: errors > 0 ? "red" : undefined },
    ...(incident === undefined ? [] : [{ text: `! ${printable(incident)}`, style: "yellow" as const }]),
  ]
}

const time = ({ elapsed, lasts }: Snapshot): string => {
  if (lasts === undefined) return clock(elapsed)
  return `${clock(Math.min(elapsed, lasts))} of ${clock(lasts)}`
}

const filled = ({ elapsed, lasts = 0 }: Snapshot): number => (lasts <= 0 ? 0 : Math.min(1, elapsed / lasts))

const barOf = (snapshot: Snapshot, room: number): string => {
  const length = Math.max(0, Math.min(bar.most, room))
  const done = Math.round(filled(snapshot) * length)
  return "█".repeat(done) + "░".repeat(length - done)
}

/** Parts side by side, in as many rows as they take. */
const flow = (parts: ReadonlyArray<Part>, look: Look, room: number): ReadonlyArray<string> => {
  const rows: Array<string> = []
  let row = ""
  let used = 0
  for (const part of parts) {
    const text = cut(part.text, room)
    const wide = stringWidth(text)
    if (used > 0 && used + between.length + wide > room) {
      rows.push(row)
      row = ""
      used = 0
    }
    const gap = used > 0 ? between : ""
    row += gap + paint({ ...part, text }, look)
    used += gap.length + wide
  }
  return [...rows, row]
}

/** The rows of a terminal, none as wide as it: what fills a row to its end may take two. */
export const rowsOf = (snapshot: Snapshot, rates: PerSecond, look: Look): ReadonlyArray<string> => {
  const room = Math.max(1, look.columns - 1)
  const title: ReadonlyArray<Part> = [
    { text: printable(snapshot.name), style: "bold" },
    { text: snapshot.phase, style: "dim" },
  ]
  const share = `${Math.floor(filled(snapshot) * 100)} %`.padStart(6)
  const left = snapshot.lasts === undefined ? "" : `, ${clock(snapshot.lasts - snapshot.elapsed)} left`
  const text = `${time(snapshot)}${left}`
  const beside = room - stringWidth(share + between + text)
  // In a row of its own where it would be short.
  const length = beside < bar.least ? room - share.length : beside
  const timeParts: ReadonlyArray<Part> = [
    ...(snapshot.lasts === undefined ? [] : [{ text: barOf(snapshot, length) + share, style: "green" as const }]),
    { text },
  ]
  return [...flow(title, look, room), ...flow(timeParts, look, room), ...flow(partsOf(snapshot, rates), look, room)]
}

/** The same in one line, for a log. */
export const lineOf = (snapshot: Snapshot, rates: PerSecond): string =>
  `${printable(snapshot.name)}: ${[snapshot.phase, time(snapshot), ...partsOf(snapshot, rates).map(({ text }) => text)].join(", ")}`

/** Moves the cursor up to where these rows begin; a terminal that became narrower may have broken them. */
export const back = (rows: ReadonlyArray<string>, columns: number): string => {
  const taken = rows.reduce((sum, row) => sum + Math.max(1, Math.ceil(stringWidth(row) / columns)), 0)
  return taken === 0 ? "\r" : `\r\u001b[${taken}A`
}
