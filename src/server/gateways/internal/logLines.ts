/** What a gateway has to log goes to the main thread, and by that thread's loggers. */
import * as Effect from "effect/Effect"
import * as Formatter from "effect/Formatter"
import * as Logger from "effect/Logger"
import type { LogLine } from "../questions.ts"

const plain = (value: unknown): string => (typeof value === "string" ? value : Formatter.format(value))

/** Gives each line to `tell`. */
export const logger = (tell: (line: LogLine) => void): Logger.Logger<unknown, void> =>
  Logger.map(Logger.formatStructured, ({ annotations, cause, level, message }) => {
    const words = (Array.isArray(message) ? message : [message]).map(plain)
    tell({
      level,
      message: cause === undefined ? words : [...words, cause],
      annotations: Object.fromEntries(Object.entries(annotations).map(([key, value]) => [key, plain(value)])),
    })
  })

const severities = {
  TRACE: "Trace",
  DEBUG: "Debug",
  INFO: "Info",
  WARN: "Warn",
  ERROR: "Error",
  FATAL: "Fatal",
} as const

/** Logs it here; `thread` says whose it is. */
export const relogged = ({ annotations, level, message }: LogLine, thread: string): Effect.Effect<void> =>
  Effect.annotateLogs(Effect.logWithLevel(severities[level as keyof typeof severities] ?? "Info")(...message), {
    ...annotations,
    thread,
  })
