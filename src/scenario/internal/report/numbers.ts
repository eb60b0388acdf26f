/** Figures as people read them. */

const grouped = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 })

/** Rounded to three digits, or to whole numbers where those have more. */
export const figure = (value: number): string => {
  if (!Number.isFinite(value)) return "–"
  const size = Math.abs(value)
  if (size >= 99.95 || value === 0 || (Number.isInteger(value) && size >= 1)) return grouped.format(value)
  if (size < 0.0005) return value.toExponential(0)
  return String(Number(value.toPrecision(3)))
}

/** As milliseconds, or as seconds where that is shorter. */
export const latency = (millis: number): string =>
  millis >= 9999.5 ? `${figure(millis / 1000)} s` : `${figure(millis)} ms`

/** Bytes as MiB or GiB. */
export const bytes = (count: number): string =>
  count >= 1024 ** 3 ? `${figure(count / 1024 ** 3)} GiB` : `${figure(count / 1024 ** 2)} MiB`

/** A value of a series. */
export const measured = (value: number, unit: string): string => {
  if (unit === "ms") return latency(value)
  if (unit === "bytes") return bytes(value)
  return unit === "" ? figure(value) : `${figure(value)}${unit.startsWith("/") ? "" : " "}${unit}`
}

/** Seconds as `42 s`, `1:02 min` or `1:02:03 h`. */
export const duration = (seconds: number): string => {
  if (seconds < 60) return `${figure(seconds)} s`
  const all = Math.round(seconds)
  const two = (value: number) => String(value).padStart(2, "0")
  const [hours, minutes] = [Math.floor(all / 3600), Math.floor(all / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(all % 60)} h` : `${minutes}:${two(all % 60)} min`
}

/** A ratio as a difference: `+12 %`, `-3.4 %`, or `4.2x` where percents say little. */
export const change = (from: number, to: number): string => {
  if (from === to) return "="
  if (from === 0) return "–"
  const ratio = to / from
  if (ratio >= 10) return `${figure(ratio)}x`
  const percent = ((to - from) / from) * 100
  const text = Math.abs(percent) < 10 ? Math.abs(percent).toFixed(1) : Math.abs(percent).toFixed(0)
  return `${percent < 0 ? "-" : "+"}${text} %`
}
