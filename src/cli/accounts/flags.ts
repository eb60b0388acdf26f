/** Flags that several commands about accounts have. */
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { forms } from "../../client/Address.ts"
import { parseDuration } from "../../server/ServerConfig.ts"
import { apiFlags } from "../apiFlags.ts"
import { folderFlags } from "./folderFlags.ts"

const json = Flag.Boolean("json").pipe(Flag.withDescription("Print one JSON object a line"), Flag.withDefault(false))

const { json: _, ...api } = apiFlags

/** Whose accounts: those of a data folder or, with `--address`, of a service that runs; and how it is printed. */
export const where = {
  ...folderFlags,
  api: {
    ...api,
    address: Flag.String("address").pipe(
      Flag.withDescription(`Of a service that runs, over HTTP, instead of a data folder: ${forms}`),
      Flag.optional,
    ),
  },
  json,
}

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
