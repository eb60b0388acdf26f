/** The states of a client, and what leads from one to another. Pure: it is `Client` that waits and dials. */
import type { Role } from "../domain/Role.ts"
import type { Username } from "../domain/Username.ts"
import type { Version } from "../protocol/Version.ts"
import type { ConnectionFailure } from "./Reconnect.ts"

export type ClientState =
  /** The first try: it is not known yet whether there is a server, and whether it lets us in. */
  | { readonly _tag: "Connecting" }
  /** Signed in, and in its channels, but for those that do not answer. */
  | {
      readonly _tag: "Online"
      readonly username: Username
      readonly version: Version
      /** Whether the account was made by this sign-in, and what it may do: the first there is administers the service. */
      readonly registered?: true
      readonly role?: Role
    }
  /** Waiting for the next try, counted from 0. `until` is in milliseconds of the monotonic clock of `Clock`. */
  | { readonly _tag: "Away"; readonly because: ConnectionFailure; readonly attempt: number; readonly until: number }
  /** Trying again. */
  | { readonly _tag: "Returning"; readonly because: ConnectionFailure; readonly attempt: number }
  /** For good; `because` is undefined where the client itself was closed. */
  | { readonly _tag: "Ended"; readonly because: ConnectionFailure | undefined }

/** The state of one name: `StateOf<"Online">`. */
export type StateOf<Tag extends ClientState["_tag"]> = Extract<ClientState, { readonly _tag: Tag }>

/** What leads from one state to another. */
export type ClientInput =
  /** Signed in, and back in the channels. */
  | {
      readonly _tag: "Arrived"
      readonly username: Username
      readonly version: Version
      readonly registered?: true
      readonly role?: Role
    }
  /** There is no connection, or not any more; the next try is at `until`. */
  | { readonly _tag: "Lost"; readonly because: ConnectionFailure; readonly attempt: number; readonly until: number }
  /** The wait is over, or was cut short. */
  | { readonly _tag: "Due" }
  /** There is no connection, and no sense in another try. */
  | { readonly _tag: "Failed"; readonly because: ConnectionFailure }
  /** The client's scope was closed. */
  | { readonly _tag: "Closed" }

/** For each state, which inputs mean something in it, and where they lead. docs/CLIENT.md draws it. */
export const transitions: {
  readonly [State in ClientState["_tag"]]: { readonly [Input in ClientInput["_tag"]]?: ClientState["_tag"] }
} = {
  Connecting: { Arrived: "Online", Lost: "Away", Failed: "Ended", Closed: "Ended" },
  Online: { Lost: "Away", Failed: "Ended", Closed: "Ended" },
  Away: { Due: "Returning", Failed: "Ended", Closed: "Ended" },
  Returning: { Arrived: "Online", Lost: "Away", Failed: "Ended", Closed: "Ended" },
  Ended: {},
}

export const initial: ClientState = { _tag: "Connecting" }

/** The state after an input; the same one where the input means nothing in it. */
export const next = (state: ClientState, input: ClientInput): ClientState => {
  if (transitions[state._tag][input._tag] === undefined) return state
  switch (input._tag) {
    case "Arrived":
      return { ...input, _tag: "Online" }
    case "Lost":
      return { _tag: "Away", because: input.because, attempt: input.attempt, until: input.until }
    case "Due":
      // There is a wait in this state only; the check is for the type.
      return state._tag === "Away" ? { _tag: "Returning", because: state.because, attempt: state.attempt } : state
    case "Failed":
      return { _tag: "Ended", because: input.because }
    case "Closed":
      return { _tag: "Ended", because: undefined }
  }
}
