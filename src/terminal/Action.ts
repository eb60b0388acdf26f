/** What happens to the terminal client, and what it then wants done. */
import type { ClientEvent } from "../client/Client.ts"
import type { ClientState } from "../client/ClientState.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { Status } from "../domain/Status.ts"
import type { ServerFrameOf } from "../protocol/v2/ServerFrame.ts"
import type { Key } from "./Key.ts"
import type { Size } from "./Model.ts"

export type Action =
  | { readonly _tag: "Pressed"; readonly key: Key }
  /** Text that was pasted, of however many lines: it is one message. */
  | { readonly _tag: "Pasted"; readonly text: string }
  | { readonly _tag: "Resized"; readonly size: Size }
  /** Once a second, and whenever the time of something is up. */
  | { readonly _tag: "Tick"; readonly now: number }
  | { readonly _tag: "Connection"; readonly state: ClientState }
  | { readonly _tag: "Event"; readonly event: ClientEvent }
  /** What became of what was wanted. */
  | { readonly _tag: "Published"; readonly channel: string; readonly id: MessageId }
  | { readonly _tag: "NotPublished"; readonly channel: string; readonly id: MessageId; readonly why: string }
  | { readonly _tag: "NotJoined"; readonly channel: string; readonly why: string }
  | { readonly _tag: "Channels"; readonly page: ServerFrameOf<"Channels"> }
  /** Something else did not work: a line to show in the conversation that is open. */
  | { readonly _tag: "Refused"; readonly why: string }

/** What the program does for it. */
export type Intent =
  | { readonly _tag: "Publish"; readonly channel: string; readonly id: MessageId; readonly content: string }
  | { readonly _tag: "Join"; readonly channel: string }
  | { readonly _tag: "Leave"; readonly channel: string }
  | { readonly _tag: "Typing"; readonly channel: string }
  | { readonly _tag: "SetTopic"; readonly channel: string; readonly topic: string }
  | { readonly _tag: "SetStatus"; readonly status: Status; readonly text: string | undefined }
  | { readonly _tag: "ListChannels" }
  | { readonly _tag: "Retry" }
  /** The user was named: the terminal's bell, and a notification where it can. */
  | { readonly _tag: "Notify"; readonly title: string; readonly text: string }
  /** The window's title is to be this. */
  | { readonly _tag: "Title"; readonly text: string }
  | { readonly _tag: "Quit" }
