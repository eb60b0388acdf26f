/** How far a file is, in one line of any width. */
import * as ByteCount from "../domain/ByteCount.ts"
import type { Model } from "./Model.ts"
import type { Transfer } from "./Transfer.ts"
import * as Plain from "./Plain.ts"
import { cut, fit, width } from "./Width.ts"

/** Milliseconds that count for how fast it goes. */
const window = 5000
/** Milliseconds from which on it is known how fast it goes … */
const soon = 500
/** … and without a byte from which on it counts as waiting. */
const late = 10_000

/** So many bytes are there. */
export const moved = (transfer: Transfer, bytes: number, at: number): Transfer => {
  const pace = [...transfer.pace, { at, bytes }]
  // One that is older than the window stays, to be counted from.
  const from = pace.findLastIndex((one) => one.at <= at - window)
  return { ...transfer, bytes, pace: from <= 0 ? pace : pace.slice(from) }
}

/** Bytes a second; undefined where that is not known. */
const rateOf = ({ pace }: Transfer, ticks: number): number | undefined => {
  const first = pace[0]
  const last = pace.at(-1)
  if (first === undefined || last === undefined) return undefined
  const took = Math.max(last.at, ticks) - first.at
  return took < soon || last.bytes <= first.bytes ? undefined : ((last.bytes - first.bytes) * 1000) / took
}

const timeOf = (seconds: number): string => {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

const percentOf = ({ bytes, size }: Transfer): number => {
  if (size === undefined) return 0
  return size === 0 ? 100 : Math.max(0, Math.min(100, Math.floor((bytes * 100) / size)))
}

/** In words, the fullest first. */
const wordings = (transfer: Transfer, online: boolean, ticks: number): ReadonlyArray<string> => {
  const { bytes, pace, size } = transfer
  if (size === undefined) return ["waits"]
  const percent = `${percentOf(transfer)} %`
  const part = `${percent} of ${ByteCount.show(size)}`
  const last = pace.at(-1)
  const stuck = last === undefined || ticks - last.at > late
  const state = !online ? "waits" : bytes >= size ? "checking" : stuck ? "waits" : undefined
  if (state !== undefined) return [`${part}, ${state}`, `${percent} ${state}`, percent]
  const rate = rateOf(transfer, ticks)
  if (rate === undefined) return [part, percent]
  const left = timeOf((size - bytes) / rate)
  return [`${part}, ${ByteCount.show(Math.round(rate))}/s, ${left} left`, `${percent}, ${left} left`, percent]
}

/** Columns of a bar that is worth drawing, and of the name beside it. */
const leastBar = 5
const mostBar = 30
const mostName = 24
const leastName = 8

const transferLine = (
  transfer: Transfer,
  { columns, online, ticks }: { readonly columns: number; readonly online: boolean; readonly ticks: number },
): string => {
  const head = ` ${transfer.id} ${transfer.way === "up" ? "↑" : "↓"} `
  const name = Plain.line(transfer.name)
  const needed = Math.min(leastName, width(name))
  const all = wordings(transfer, online, ticks)
  const words = all.find((words) => width(head) + needed + 1 + width(words) <= columns) ?? all.at(-1)!
  const room = columns - width(head) - width(words) - 1
  const bar = transfer.size === undefined ? 0 : Math.min(mostBar, room - Math.min(mostName, width(name)) - 3)
  if (bar < leastBar) return fit(`${head}${cut(name, Math.max(0, room))} ${words}`, columns)
  const filled = Math.floor((bar * percentOf(transfer)) / 100)
  return fit(`${head}${cut(name, mostName)} [${"=".repeat(filled)}${" ".repeat(bar - filled)}] ${words}`, columns)
}

/** A line for each, and one for those for which there is no room. */
export const transferLines = (
  { connection, ticks, transfers }: Pick<Model, "connection" | "ticks" | "transfers">,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): ReadonlyArray<string> => {
  const look = { columns, online: connection._tag === "Online", ticks }
  const shown = transfers.length > rows ? transfers.slice(0, rows - 1) : transfers
  const lines = shown.map((transfer) => transferLine(transfer, look))
  return shown.length === transfers.length || rows === 0
    ? lines.slice(0, rows)
    : [...lines, fit(` and ${transfers.length - shown.length} more on their way`, columns)]
}
