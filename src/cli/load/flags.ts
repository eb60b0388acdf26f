/** Flags of several load commands. */
import * as ByteSize from "effect/ByteSize"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { parseDuration } from "../../server/ServerConfig.ts"
import { fromHome } from "../pathFlag.ts"

export const duration = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("TIME"),
    Flag.withDescription(description),
    Flag.filterMap(
      (text) => Option.fromUndefinedOr(parseDuration(text)),
      () => "a time such as 500ms, 30s or 5m",
    ),
  )

export const size = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("SIZE"),
    Flag.withDescription(description),
    Flag.filterMap(
      (text) => Option.flatMap(ByteSize.fromString(/^\d+$/.test(text) ? `${text} B` : text), ByteSize.toNumber),
      () => "a size such as 64KiB, 10MiB or 1GiB",
    ),
  )

const ofAtLeast = (least: number, most: number) =>
  Schema.Int.check(Schema.isGreaterThanOrEqualTo(least), Schema.isLessThanOrEqualTo(most))

export const wholeNumber = (name: string, description: string, least: number, most: number) =>
  Flag.Int(name).pipe(Flag.withDescription(description), Flag.withSchema(ofAtLeast(least, most)))

const file = (name: string, description: string) =>
  Flag.Path(name, { pathType: "file" }).pipe(
    Flag.withMetavar("FILE"),
    Flag.withDescription(description),
    fromHome,
    Flag.optional,
  )

/** The files to which the result is written. */
export const files = {
  json: file("json", "Write the result as JSON, for `natter load compare`"),
  html: file("html", "Write a report with graphs, one file that needs no network"),
  junit: file("junit", "Write the promises as JUnit's XML, for pipelines: each is a test"),
  csv: file("csv", "Write all figures as comma-separated values"),
}
