// Apart from what sends, so that settings can be read without loading it.
import * as Redacted from "effect/Redacted"

export interface OtlpSettings {
  /** Where a collector takes OTLP over HTTP, as http://localhost:4318; empty where there is none. */
  readonly endpoint: string
  /** What is sent along to be let in: `name=value` between commas. */
  readonly headers: Redacted.Redacted
  readonly traces: {
    /** Of the messages, from 0 for none to 1 for all. */
    readonly sample: number
  }
  readonly logs: boolean
  readonly metrics: boolean
}

export const defaults: OtlpSettings = {
  endpoint: "",
  headers: Redacted.make(""),
  traces: { sample: 0 },
  logs: false,
  metrics: false,
}

/** The headers one by one; undefined where one of them is none. */
export const parseHeaders = (text: string): Readonly<Record<string, string>> | undefined => {
  const headers: Record<string, string> = {}
  for (const part of text.split(",")) {
    if (part.trim() === "") continue
    const [, name, value] = /^\s*([\w!#$%&'*+.^`|~-]+)=([\x20-\x7e]*)$/.exec(part) ?? []
    if (name === undefined) return undefined
    headers[name.toLowerCase()] = value!.trim()
  }
  return headers
}
