/** What loads of other people's servers have in common on the command line. */
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import type * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { parseDuration } from "../../server/ServerConfig.ts"

export const duration = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("TIME"),
    Flag.withDescription(description),
    Flag.filterMap(
      (text) => Option.fromUndefinedOr(parseDuration(text)),
      () => "a time such as 500ms, 30s or 5m",
    ),
  )

const ofAtLeast = (least: number, most: number) =>
  Schema.Int.check(Schema.isGreaterThanOrEqualTo(least), Schema.isLessThanOrEqualTo(most))

export const wholeNumber = (name: string, description: string, least: number, most: number) =>
  Flag.Int(name).pipe(Flag.withDescription(description), Flag.withSchema(ofAtLeast(least, most)))

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

const file = (name: string, description: string) =>
  Flag.Path(name, { pathType: "file" }).pipe(Flag.withMetavar("FILE"), Flag.withDescription(description), Flag.optional)

/** What becomes of the result. */
export const files = {
  json: file("json", "Write the result as JSON, for `natter load compare`"),
  html: file("html", "Write a report with graphs, one file that needs no network"),
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
  failOnError: Flag.Boolean("fail-on-error").pipe(
    Flag.withDescription("Fail (exit code 1) if there was any error"),
    Flag.withDefault(false),
  ),
  ...files,
}
