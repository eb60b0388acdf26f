/** Why nothing can be stored or read just now. That is another thing than a service with too much to do. */
import * as Duration from "effect/Duration"
import { RequestError } from "./RequestError.ts"

export type StoreTrouble = "full" | "away"

/** For whoever asked for something. */
export const words: Readonly<Record<StoreTrouble, string>> = {
  full: "The server's disk is full: nothing can be stored until there is room",
  away: "The server cannot reach what it keeps its data in",
}

/** What somebody is told whose request had to do with the store. */
export const unavailable = (trouble: StoreTrouble | undefined): RequestError =>
  new RequestError({
    reason: "Unavailable",
    detail: trouble === undefined ? undefined : words[trouble],
    retryAfter: Duration.seconds(1),
  })
