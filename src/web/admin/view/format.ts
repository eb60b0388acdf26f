/** Figures, moments and reasons, as this page shows them. */
import { computed } from "@preact/signals"
import { Refused } from "../../Api.ts"
import { printable } from "../../../client/Printable.ts"
import { shownName } from "../../../domain/PlainName.ts"
import { size, time } from "../../chat/view/format.ts"
import { t } from "../../language.ts"
import { locale } from "../../locale.ts"
import type { FigureName } from "../model/figures.ts"
import { w } from "../words.ts"

const date = computed(() => new Intl.DateTimeFormat(locale.value, { dateStyle: "medium", timeStyle: "short" }))

/** In the list of a day the time is enough. */
export const moment = (at: number, now: number): string =>
  now - at < 12 * 60 * 60 * 1000 && at <= now ? time(at) : date.value.format(at)

export const number = (value: number, digits = 0): string =>
  value.toLocaleString(locale.value, { maximumFractionDigits: digits })

const seconds = (value: number): string => {
  if (value < 0.001) return `${number(value * 1e6)} µs`
  return value < 1 ? `${number(value * 1000, value < 0.01 ? 2 : 1)} ms` : `${number(value, 2)} s`
}

export const figure = (name: FigureName, value: number | undefined): string => {
  if (value === undefined) return "–"
  switch (name) {
    case "sessions":
    case "users":
      return number(value)
    case "messages":
    case "deliveries":
      return w.value.overview.perSecond(number(value, value < 10 ? 1 : 0))
    case "deliveryTime":
    case "commitTime":
    case "requestTime":
    case "loopDelay":
      return seconds(value)
    case "memory":
    case "heap":
    case "outbox":
      return size(value)
  }
}

/** Text that others wrote, on one line: nothing in it hides what is around it, or reads as something else. */
export const plain = (text: string): string => printable(text)

export const name = (name: string): string => shownName(name)

/** Why something did not work, as a sentence. */
export const why = (error: unknown): string => {
  if (!(error instanceof Refused)) return w.value.trouble["Internal"] ?? String(error)
  return w.value.trouble[error.reason] ?? t.value.trouble[error.reason] ?? plain(error.message)
}
