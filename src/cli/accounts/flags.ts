/** Flags that several commands about accounts have. */
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { parseDuration } from "../../server/ServerConfig.ts"

/** `--json` of a list. */
export const json = Flag.Boolean("json").pipe(
  Flag.withDescription("Print one JSON object a line"),
  Flag.withDefault(false),
)

/** `--expires`: a time, or `never`. */
export const lifetime = (description: string) =>
  Flag.String("expires").pipe(
    Flag.withMetavar("TIME"),
    Flag.withDescription(description),
    Flag.filterMap(
      (text) => Option.fromUndefinedOr(text === "never" ? Duration.infinity : parseDuration(text)),
      () => "a time such as 12h or 90d",
    ),
    Flag.optional,
  )
