/** Times, days and sizes, as the reader's language and time zone have them. */
import { computed } from "@preact/signals"
import { t } from "../../language.ts"
import { locale } from "../../locale.ts"

const formats = computed(() => {
  const at = locale.value
  return {
    time: new Intl.DateTimeFormat(at, { hour: "2-digit", minute: "2-digit" }),
    day: new Intl.DateTimeFormat(at, { weekday: "long", day: "numeric", month: "long" }),
    dayAndYear: new Intl.DateTimeFormat(at, { weekday: "long", day: "numeric", month: "long", year: "numeric" }),
    exact: new Intl.DateTimeFormat(at, { dateStyle: "full", timeStyle: "short" }),
    list: new Intl.ListFormat(at),
    number: new Intl.NumberFormat(at, { maximumFractionDigits: 1 }),
  }
})

export const time = (at: number): string => formats.value.time.format(at)
export const exactTime = (at: number): string => formats.value.exact.format(at)
export const list = (names: ReadonlyArray<string>): string => formats.value.list.format(names)

/** The same for all moments of a day, where the reader is. */
export const dayOf = (at: number): number => {
  const date = new Date(at)
  return (date.getFullYear() * 12 + date.getMonth()) * 31 + date.getDate()
}

/** The beginning of a day that was chosen, as `2026-11-29`; undefined where it is none. */
export const startOfDay = (day: string): number | undefined => {
  const at = new Date(`${day}T00:00`).getTime()
  return Number.isNaN(at) ? undefined : at
}

export const dayName = (at: number, now: number): string => {
  const day = dayOf(at)
  if (day === dayOf(now)) return t.value.timeline.today
  if (day === dayOf(now - 24 * 60 * 60 * 1000)) return t.value.timeline.yesterday
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return (isThisYear ? formats.value.day : formats.value.dayAndYear).format(at)
}

const units = ["B", "KiB", "MiB", "GiB", "TiB"]

export const size = (bytes: number): string => {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${formats.value.number.format(bytes / 1024 ** power)} ${units[power]}`
}

/** So long, roughly. */
export const duration = (millis: number): string => {
  const seconds = Math.ceil(millis / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`
}
