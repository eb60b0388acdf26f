/**
 * Logs for people on a terminal, and for programs elsewhere: one JSON object a line. Both go to the
 * standard error: the standard output belongs to what a command answers.
 *
 * No password, token or message text is ever logged, at any level: secrets are `Redacted`, and
 * what users write is not passed to a log in the first place.
 */
import * as Formatter from "effect/Formatter"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as References from "effect/References"

export const levels = ["trace", "debug", "info", "warn", "error", "fatal", "none"] as const
export const formats = ["auto", "pretty", "json"] as const

export interface LogSettings {
  /** The least severe level that is logged. */
  readonly level: (typeof levels)[number]
  /** `auto`: pretty on a terminal, JSON elsewhere. */
  readonly format: (typeof formats)[number]
}

export const defaults: LogSettings = { level: "info", format: "auto" }

const toEffect: Readonly<Record<LogSettings["level"], LogLevel.LogLevel>> = {
  trace: "Trace",
  debug: "Debug",
  info: "Info",
  warn: "Warn",
  error: "Error",
  fatal: "Fatal",
  none: "None",
}

type Entry = ReturnType<typeof Logger.formatStructured.log>

/** `{"time":"…","level":"info","message":"…", annotations…, "cause":"…"}` */
const json = ({ annotations, cause, level, message, spans, timestamp }: Entry): string => {
  const own = { time: timestamp, level: level.toLowerCase(), message }
  const rest = { ...(cause === undefined ? {} : { cause }), ...(Object.keys(spans).length === 0 ? {} : { spans }) }
  // Our own fields are written first because they are read first, and once more so that no annotation replaces them.
  return Formatter.formatJson(Object.assign({ ...own }, annotations, own, rest))
}

const colors: Readonly<Record<string, number>> = { TRACE: 90, DEBUG: 34, WARN: 33, ERROR: 31, FATAL: 31 }

const plain = (value: unknown): string => (typeof value === "string" ? value : Formatter.format(value))

/** Nothing that was logged may move the cursor or begin a line of its own. */
const printable = (text: string): string =>
  text.replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`)

/** `12:30:15.123 WARN  message key=value`, in UTC; a cause in the lines below. */
const pretty =
  (colored: boolean) =>
  ({ annotations, cause, level, message, timestamp }: Entry): string => {
    const paint = (color: number | undefined, text: string) =>
      colored && color !== undefined ? `\x1b[${color}m${text}\x1b[0m` : text
    const words = (Array.isArray(message) ? message : [message]).map(plain)
    const details = Object.entries(annotations).map(([key, value]) => paint(90, printable(`${key}=${plain(value)}`)))
    const line = [
      paint(90, timestamp.slice(11, 23)),
      paint(colors[level], level.padEnd(5)),
      ...words.map(printable),
      ...details,
    ].join(" ")
    const below = cause?.split("\n").map((part) => `  ${printable(part)}`) ?? []
    return [line, ...below].join("\n")
  }

/** What takes the lines: the standard error if nothing else is given. */
export interface Output {
  readonly isTTY?: boolean | undefined
  readonly write: (text: string) => unknown
}

/** Logs, of which the settings can be changed while they are written. */
export interface Log {
  readonly layer: Layer.Layer<never>
  /** The same, and what is severe enough goes to this logger as well. */
  readonly with: (other: Logger.Logger<unknown, void>) => Layer.Layer<never>
  readonly adjust: (settings: LogSettings) => void
}

export const make = (settings: LogSettings, output: Output = process.stderr): Log => {
  const terminal = output.isTTY === true
  const pick = ({ format, level }: LogSettings) => {
    const isPretty = format === "auto" ? terminal : format === "pretty"
    return { least: toEffect[level], line: Logger.map(Logger.formatStructured, isPretty ? pretty(terminal) : json) }
  }
  let now = pick(settings)
  // It is the logger that leaves out what is not severe enough: of a fiber that runs the level cannot be changed.
  const severe = (log: (entry: Logger.Options<unknown>) => void) =>
    Logger.make<unknown, void>((entry) => {
      if (LogLevel.isGreaterThanOrEqualTo(entry.logLevel, now.least)) log(entry)
    })
  const logger = severe((entry) => output.write(`${now.line.log(entry)}\n`))
  const layerOf = (loggers: ReadonlyArray<Logger.Logger<unknown, void>>) =>
    Layer.mergeAll(Logger.layer(loggers), Layer.succeed(References.MinimumLogLevel, "Trace"))
  return {
    layer: layerOf([logger]),
    with: (other) => layerOf([logger, severe((entry) => other.log(entry))]),
    adjust: (settings) => void (now = pick(settings)),
  }
}

/** Logs as these settings say, and no other way. */
export const layer = (settings: LogSettings, output?: Output): Layer.Layer<never> =>
  Layer.mergeAll(
    make(settings, output).layer,
    // Nothing is made of what nobody will see.
    Layer.succeed(References.MinimumLogLevel, toEffect[settings.level]),
  )
