/**
 * The states of a client, and everything that leads from one to another. Pure: who waits and dials
 * is `Client`.
 */
import type { Username } from "../domain/Username.ts"
import type { Version } from "../protocol/Version.ts"
import type { Absence } from "./Reconnect.ts"

export type ClientState =
  /** The first try: it is not known yet whether there is a server, or who we are to it. */
  | { readonly _tag: "Connecting" }
  /** Signed in, and in the channels one wants to be in. */
  | { readonly _tag: "Online"; readonly username: Username; readonly version: Version }
  /** Waiting for the next try, counted from 0. `until` is in milliseconds, as `Clock` counts them. */
  | { readonly _tag: "Away"; readonly because: Absence; readonly attempt: number; readonly until: number }
  /** Trying to come back. */
  | { readonly _tag: "Returning"; readonly because: Absence; readonly attempt: number }
  /** For good; undefined where the client itself was closed. */
  | { readonly _tag: "Ended"; readonly because: Absence | undefined }

/** The state of one name: `StateOf<"Online">`. */
export type StateOf<Tag extends ClientState["_tag"]> = Extract<ClientState, { readonly _tag: Tag }>
