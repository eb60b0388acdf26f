/** What values of settings look like: how they are read from text, what is allowed, how they are shown. */
import * as ByteSize from "effect/ByteSize"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { parseHeaders } from "../../observability/OtlpSettings.ts"
import { TrustedNetworks } from "../../domain/TrustedNetworks.ts"
import * as Place from "../../transport/Place.ts"
import { expandHome } from "./home.ts"

export interface Kind<A> {
  /** The value a text stands for; undefined where it is not allowed. */
  readonly parse: (text: string) => A | undefined
  /** As it would be written in a config file: `parse(show(a))` is `a` again. */
  show(value: A): string
  /** What `parse` takes: a noun phrase. */
  readonly allowed: string
  /** What is wrong with a text, where more can be said than what is allowed. */
  wrong?(text: string): string | undefined
  /** It is text, and so what stands in a file, also where that looks like a number. */
  readonly verbatim?: true
}

const within = <A>(value: A | undefined, ok: (value: A) => boolean): A | undefined =>
  value !== undefined && ok(value) ? value : undefined

/** Any text without control characters, at most 4096 characters. */
export const text = (allowed: string): Kind<string> => ({
  parse: (text) => within(text, (value) => /^\P{Cc}{1,4096}$/u.test(value)),
  show: (value) => value,
  allowed,
  verbatim: true,
})

/** Where to listen: without a port, which is a setting of its own, and with or without the brackets of IPv6. */
export const host: Kind<string> = {
  ...text("an IP address or a host name, without a port"),
  parse: (text) => {
    const address = /^\[(.*:.*)\]$/.exec(text)?.[1] ?? text
    return within(address, (value) =>
      /^[\p{L}\p{N}._-]{1,255}$|^[\da-f:.]*:[\da-f:.]*:[\da-f:.]*(%[\w.-]+)?$/iu.test(value),
    )
  },
}

/** A path. Whatever was no shell's to expand, as the value in `--data=~/natter`, means the home folder here, too. */
export const path: Kind<string> = {
  ...text("a path, in which `~/` is your home; another user's has to be written out"),
  parse: (text) => within(expandHome(text), (value) => /^\P{Cc}{1,4096}$/u.test(value)),
}

/** Places to listen in. */
export const places: Kind<ReadonlyArray<Place.Place>> = {
  parse: (text) => Result.getOrUndefined(Place.parse(text)),
  show: Place.show,
  allowed: Place.forms,
  wrong: (text) => Option.getOrUndefined(Result.getFailure(Place.parse(text))),
  verbatim: true,
}

/** The path of a file that there need not be; the empty text stands for none. */
export const optionalFile: Kind<string> = {
  ...path,
  parse: (text) => (text.toLowerCase() === "none" ? "" : path.parse(text)),
  show: (value) => (value === "" ? "none" : value),
  allowed: path.allowed.replace("a path", "none or the path of a file"),
}

/** What there need not be: the empty text stands for none. */
export const optional = (allowed: string, base = text(allowed)): Kind<string> => ({
  ...base,
  parse: (text) => (text.toLowerCase() === "none" ? "" : base.parse(text)),
  show: (value) => (value === "" ? "none" : value),
  allowed: `none or ${allowed}`,
})

/** From where come proxies that are believed. */
export const networks: Kind<TrustedNetworks> = {
  parse: (text) => Result.getOrUndefined(TrustedNetworks.parse(text)),
  show: (value) => value.text,
  allowed: TrustedNetworks.forms,
  wrong: (text) => Option.getOrUndefined(Result.getFailure(TrustedNetworks.parse(text))),
  verbatim: true,
}

/** Where something is to be found over HTTP. */
export const urlPath: Kind<string> = {
  ...text("a path that begins with /, of letters, digits and . _ ~ -"),
  parse: (text) => within(text, (value) => /^(\/[\w.~-]+)+$/.test(value) && value.length <= 200),
}

/** As a browser names it: a scheme, a host and, where it is not the usual one, a port. */
const originOf = (text: string): string | undefined => {
  if (text === "*") return text
  if (!/^https?:\/\/[^/?#@]+$/i.test(text) || !URL.canParse(text)) return undefined
  return new URL(text).origin
}

/** Origins of pages. */
export const origins: Kind<ReadonlyArray<string>> = {
  parse: (text) => {
    if (text.trim().toLowerCase() === "none") return []
    const origins = text.split(",").map((origin) => originOf(origin.trim()))
    return origins.every((origin) => origin !== undefined) ? origins : undefined
  },
  show: (origins) => (origins.length === 0 ? "none" : origins.join(", ")),
  allowed: "none, * or origins between commas, as https://chat.example.org or http://localhost:3000",
  verbatim: true,
}

/** One origin; the empty text stands for none. */
export const optionalOrigin: Kind<string> = {
  ...text("none or an origin, as https://files.example.org"),
  parse: (text) => (text.toLowerCase() === "none" ? "" : text === "*" ? undefined : originOf(text)),
  show: (value) => (value === "" ? "none" : value),
}

/** A text that nobody may see; empty for none. */
export const hidden = (allowed: string): Kind<Redacted.Redacted> => ({
  parse: (text) => (/^\P{Cc}{0,4096}$/u.test(text) ? Redacted.make(text) : undefined),
  show: Redacted.value,
  allowed,
  verbatim: true,
})

/** Headers of HTTP that nobody may see; empty for none. */
export const headers: Kind<Redacted.Redacted> = {
  ...hidden("name=value, between commas where there are several; empty for none"),
  parse: (text) => (parseHeaders(text) === undefined || text.length > 4096 ? undefined : Redacted.make(text)),
}

/** Where something is reached by HTTP; the empty text stands for nowhere. */
export const optionalUrl: Kind<string> = {
  ...text("none or an address as http://localhost:4318, without a user, a query or a fragment"),
  parse: (text) => {
    if (text.toLowerCase() === "none") return ""
    return /^https?:\/\/[^?#@\s]+$/i.test(text) && URL.canParse(text) ? text : undefined
  },
  show: (value) => (value === "" ? "none" : value),
}

/** Part of a whole. */
export const share: Kind<number> = {
  parse: (text) => within(/^\d+(\.\d{1,9})?$/.test(text) ? Number(text) : undefined, (value) => value <= 1),
  show: String,
  allowed: "a number from 0 to 1, as 0.01",
}

/** One of a few words, in any case. */
export const choice = <const Word extends string>(...words: ReadonlyArray<Word>): Kind<Word> => ({
  parse: (text) => words.find((word) => word === text.toLowerCase()),
  show: (value) => value,
  allowed: words.length === 2 ? words.join(" or ") : `one of ${words.join(", ")}`,
})

/** `on` or `off`; also what other programs write for them. */
export const onOff: Kind<boolean> = {
  parse: (text) => {
    const word = text.toLowerCase()
    if (["on", "true", "yes", "1"].includes(word)) return true
    return ["off", "false", "no", "0"].includes(word) ? false : undefined
  },
  show: (value) => (value ? "on" : "off"),
  allowed: "on or off",
}

/** A whole number. */
export const int = (minimum: number, maximum: number): Kind<number> => ({
  parse: (text) =>
    within(/^\d{1,15}$/.test(text) ? Number(text) : undefined, (value) => value >= minimum && value <= maximum),
  show: String,
  allowed: `a whole number from ${minimum} to ${maximum}`,
})

/** A whole number, or what the service makes of it. */
export const autoOr = (minimum: number, maximum: number): Kind<number | "auto"> => {
  const { allowed, parse } = int(minimum, maximum)
  return {
    parse: (text) => (text.toLowerCase() === "auto" ? "auto" : parse(text)),
    show: String,
    allowed: `auto or ${allowed}`,
  }
}

/** A share of something, kept as a number from 0 to 1. */
export const percent: Kind<number> = {
  parse: (text) => {
    const match = /^(\d{1,3})\s*%$/.exec(text)
    return match === null ? undefined : within(Number(match[1]) / 100, (value) => value <= 1)
  },
  show: (value) => `${Math.round(value * 100)}%`,
  allowed: "a percentage from 0% to 100%",
}

const binaryUnits = ["GiB", "MiB", "KiB"] as const

/** In the largest unit that says it exactly. */
const showSize = (bytes: number): string => {
  const size = ByteSize.bytes(bytes)
  const unit = binaryUnits.find((unit) => bytes > 0 && Number.isInteger(ByteSize.toUnit(size, unit)))
  return unit === undefined ? `${bytes} B` : `${ByteSize.toUnit(size, unit)} ${unit}`
}

/** An amount of memory, in bytes. */
export const size = (minimum: number, maximum: number): Kind<number> => ({
  parse: (text) =>
    within(
      Option.getOrUndefined(
        Option.flatMap(ByteSize.fromString(/^\d+$/.test(text) ? `${text} B` : text), ByteSize.toNumber),
      ),
      (bytes) => bytes >= minimum && bytes <= maximum,
    ),
  show: showSize,
  allowed: `a size from ${showSize(minimum)} to ${showSize(maximum)} (units: B, KiB, MiB, GiB, kB, MB, GB)`,
})

const units: ReadonlyArray<readonly [RegExp, number]> = [
  [/^(ms|millis|milliseconds?)$/, 1],
  [/^(s|secs?|seconds?)$/, 1000],
  [/^(m|mins?|minutes?)$/, 60_000],
  [/^(h|hours?)$/, 3_600_000],
  [/^(d|days?)$/, 86_400_000],
  [/^(w|weeks?)$/, 604_800_000],
]

/** `10 seconds`, `10s`, `1h 30m`. */
export const parseDuration = (text: string): Duration.Duration | undefined => {
  if (!/^(\s*\d{1,12}(\.\d{1,9})?\s*[a-z]+)+\s*$/.test(text)) return undefined
  let millis = 0
  for (const [, amount, name] of text.matchAll(/([\d.]+)\s*([a-z]+)/g)) {
    const unit = units.find(([names]) => names.test(name!))
    if (unit === undefined) return undefined
    millis += Number(amount) * unit[1]
  }
  return Duration.millis(Math.round(millis))
}

/** A length of time. */
export const duration = (minimum: Duration.Input, maximum: Duration.Input): Kind<Duration.Duration> => {
  const least = Duration.fromInputUnsafe(minimum)
  const most = Duration.fromInputUnsafe(maximum)
  const show = (value: Duration.Duration) => (Duration.isZero(value) ? "0s" : Duration.format(value))
  return {
    parse: (text) => within(parseDuration(text), (value) => Duration.between(value, { minimum: least, maximum: most })),
    show,
    allowed: `a duration from ${show(least)} to ${show(most)} (units: ms, s, m, h, d, w)`,
  }
}
