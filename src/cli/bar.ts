/** How far a file has come, in one line. */
import * as ByteCount from "../domain/ByteCount.ts"

export interface Standing {
  readonly name: string
  readonly done: number
  readonly size: number
  /** Bytes a second, where that is known. */
  readonly rate: number | undefined
  /** What keeps it from going on. */
  readonly waits?: string | undefined
}

const timeOf = (seconds: number): string => {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

const percent = ({ done, size }: Standing): number => (size === 0 ? 100 : Math.floor((done * 100) / size))

const details = (standing: Standing): string => {
  const { done, rate, size, waits } = standing
  const sofar = `${ByteCount.show(done)} of ${ByteCount.show(size)}`
  if (waits !== undefined) return `${sofar}, ${waits}`
  if (rate === undefined || rate <= 0) return sofar
  return `${sofar}, ${ByteCount.show(Math.round(rate))}/s, ${timeOf((size - done) / rate)} left`
}

/** For a log: the same in words alone. */
export const line = (standing: Standing): string => `${standing.name}: ${percent(standing)} %, ${details(standing)}`

/** Of so many columns at most. */
export const bar = (standing: Standing, columns: number): string => {
  const said = `${`${percent(standing)}`.padStart(3)} % ${details(standing)}`
  const room = columns - said.length - 4
  // A name of a few characters says more than a short bar.
  const name = standing.name.slice(0, Math.max(0, Math.min(24, room)))
  const width = Math.min(30, room - name.length - 1)
  if (width < 5) return `${name} ${said}`.trimStart().slice(0, columns - 1)
  const filled = Math.floor((width * percent(standing)) / 100)
  return `${name} [${"=".repeat(filled)}${" ".repeat(width - filled)}] ${said}`
}
