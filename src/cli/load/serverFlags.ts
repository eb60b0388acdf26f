/** The arguments and flags that `natter load http` and `natter load ws` share. */
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import type * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { parseDuration } from "../../server/ServerConfig.ts"
import { duration, files, wholeNumber } from "./flags.ts"

export const url = (schemes: ReadonlyArray<string>) =>
  Argument.String("url").pipe(
    Argument.withDescription(`Where the server is, such as ${schemes[0]}://127.0.0.1:3000/`),
    Argument.filterMap(
      (text) => {
        const url = URL.parse(text)
        return url !== null && schemes.includes(url.protocol.slice(0, -1)) && url.hostname !== ""
          ? Option.some(url)
          : Option.none()
      },
      () => `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`,
    ),
  )

const headerLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*)$/

/** `--header "Name: value"`, as often as one likes. */
const header = Flag.String("header").pipe(
  Flag.withAlias("H"),
  Flag.withMetavar("'NAME: VALUE'"),
  Flag.withDescription("A header of the request; may be given several times"),
  Flag.filterMap(
    (text) => {
      const [, name, value] = headerLine.exec(text) ?? []
      return name === undefined ? Option.none() : Option.some([name.toLowerCase(), value ?? ""] as const)
    },
    () => "a header such as 'Authorization: Bearer abc'",
  ),
  Flag.atLeast(0),
  Flag.map((pairs) => {
    const headers: Record<string, string | ReadonlyArray<string>> = {}
    for (const [name, value] of pairs) {
      const before = headers[name]
      headers[name] = before === undefined ? value : [before, value].flat()
    }
    return headers
  }),
)

const within = (digits: string | undefined, exponent: string, holds: (value: number) => boolean) => {
  const value = Number(`${digits}${exponent}`)
  return holds(value) ? Option.some(value) : Option.none()
}

export const shared = {
  connections: wholeNumber("connections", "Connections at once (10)", 1, 50_000).pipe(
    Flag.withAlias("c"),
    Flag.withDefault(10),
  ),
  rate: Flag.Finite("rate").pipe(
    Flag.withAlias("r"),
    Flag.withDescription(
      "So many a second over all connections, whether or not they are answered: what has to wait is late, and that counts. Without it each connection goes on as soon as it is answered",
    ),
    Flag.withSchema(Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(1_000_000))),
    Flag.optional,
  ),
  for: duration("for", "How long it is measured (10s)").pipe(
    Flag.withDefault<Duration.Duration>(parseDuration("10s")!),
  ),
  timeout: duration("timeout", "When an answer is given up (10s)").pipe(
    Flag.withDefault<Duration.Duration>(parseDuration("10s")!),
  ),
  header,
  insecure: Flag.Boolean("insecure").pipe(
    Flag.withAlias("k"),
    Flag.withDescription("Take a certificate that nobody vouches for"),
    Flag.withDefault(false),
  ),
  p99: duration("p99", "Fail (exit code 1) unless 99 of 100 answers take at most this").pipe(Flag.optional),
  errors: Flag.String("errors").pipe(
    Flag.withMetavar("SHARE"),
    Flag.withDescription(
      "Fail (exit code 1) if more than this share of what was due failed or never came, such as 1% or 0.1%",
    ),
    Flag.filterMap(
      // As it would be written in a program: divided by 100, 0.7 % would be a little less than 0.007.
      (text) => within(/^(\d+(?:\.\d+)?)\s?%$/.exec(text)?.[1], "e-2", (share) => share <= 1),
      () => "a share such as 1% or 0.1%",
    ),
    Flag.optional,
  ),
  throughput: Flag.String("throughput").pipe(
    Flag.withMetavar("RATE"),
    Flag.withDescription(
      "Fail (exit code 1) unless so many a second are answered without an error, such as 500/s. Give a little less than --rate",
    ),
    Flag.filterMap(
      (text) => within(/^(\d+(?:\.\d+)?)\/s$/.exec(text)?.[1], "", (rate) => rate > 0),
      () => "so many a second, such as 500/s",
    ),
    Flag.optional,
  ),
  failOnError: Flag.Boolean("fail-on-error").pipe(
    Flag.withDescription("Fail (exit code 1) if there was any error"),
    Flag.withDefault(false),
  ),
  ...files,
}
