/** Days and times as people write them, in the time zone of the user. */

const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" })
const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "full" })
const dayMs = 86_400_000

// Time zones differ by whole quarters of an hour, so a day never changes within one.
const quarter = 15 * 60_000
const days = new Map<number, string>()

// A server may send any time, but `Date` ends here.
const within = (at: number): number => Math.min(at, 8.64e15)

/** `12:34` */
export const clock = (at: number): string => time.format(within(at))

const short = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" })

/** `23 Nov 2026, 12:34` */
export const dateAndTime = (at: number): string => short.format(within(at))

/** The day: the same text for every time in it. */
export const dayOf = (at: number): string => {
  const key = Math.floor(at / quarter)
  const found = days.get(key)
  if (found !== undefined) return found
  if (days.size === 1000) days.clear()
  const day = date.format(within(at))
  days.set(key, day)
  return day
}

/** The day, or "Today" and "Yesterday". */
export const dayName = (at: number, now: number): string => {
  const day = dayOf(at)
  if (day === dayOf(now)) return "Today"
  return day === dayOf(now - dayMs) ? "Yesterday" : day
}
