/** What an operation says of a request that it refuses, as the numeric that clients know. */
import type { RequestError, RequestErrorReason } from "../domain/RequestError.ts"
import type { Peer } from "./Peer.ts"

type Numerics = { readonly [Reason in RequestErrorReason]?: string }

/** About people and channels, whatever was asked. */
const anywhere: Numerics = {
  NoSuchUser: "401",
  NoSuchChannel: "403",
  TooManyMemberships: "405",
  NotMember: "442",
  UsernameTaken: "433",
  Forbidden: "482",
  OutOfScope: "482",
  ChannelArchived: "482",
  Banned: "474",
  TooManyChannels: "437",
  ChannelQuota: "437",
  ChannelExists: "437",
}

/** About entering. */
const joining: Numerics = {
  ...anywhere,
  Forbidden: "473",
  OutOfScope: "473",
  ChannelArchived: "473",
  RateLimited: "437",
  Unavailable: "437",
  Internal: "437",
}

/** It may be tried again: the words for that are of the command. */
const again: ReadonlySet<RequestErrorReason> = new Set(["RateLimited", "Unavailable", "Internal"])

/** Answers a command that was refused. `target` is what it was about. */
export const refuse = (peer: Peer, command: string, target: string, error: RequestError): void => {
  const numeric = (command === "JOIN" ? joining : anywhere)[error.reason]
  if (numeric !== undefined) return peer.numeric(numeric, target, error.message)
  if (again.has(error.reason)) return peer.numeric("263", command, error.message)
  peer.fail(command, error.reason === "InvalidFrame" ? "INVALID_PARAMS" : codeOf(error.reason), [target], error.message)
}

/** `TooManyReactions`: `TOO_MANY_REACTIONS`. */
const codeOf = (reason: string): string => reason.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase()

/** The numeric for what was said and is in nobody's history. */
export const unsaid = (target: string, { reason }: RequestError): string => {
  if (reason === "NoSuchUser") return "401"
  if (reason === "NoSuchChannel") return "403"
  // Of a channel, and of a person.
  return target.startsWith("#") ? "404" : "531"
}
