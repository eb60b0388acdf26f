/** What happens to the terminal client, and what it then wants done. */
import type { Client, ClientEvent } from "../client/Client.ts"
import type { ClientState } from "../client/ClientState.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { Seq } from "../domain/Seq.ts"
import type { Status } from "../domain/Status.ts"
import type { Username } from "../domain/Username.ts"
import type { ServerFrameOf } from "../protocol/v2/ServerFrame.ts"
import type { Key } from "./Key.ts"
import type { Size } from "./Model.ts"

type Administrative =
  | "createChannel"
  | "configure"
  | "rename"
  | "invite"
  | "setRole"
  | "kick"
  | "ban"
  | "unban"
  | "mute"
  | "unmute"
  | "block"
  | "unblock"

/** What owners and moderators ask for: which request of the client, and with what. */
export type Administration = {
  readonly [Name in Administrative]: readonly [Name, ...Parameters<Client[Name]>]
}[Administrative]

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
  | { readonly _tag: "Published"; readonly channel: string; readonly id: MessageId; readonly seq: Seq }
  | { readonly _tag: "NotPublished"; readonly channel: string; readonly id: MessageId; readonly why: string }
  | { readonly _tag: "NotJoined"; readonly channel: string; readonly why: string }
  | { readonly _tag: "Channels"; readonly page: ServerFrameOf<"Channels"> }
  /** What was said before, or why it is not to be had; undefined where the server never keeps anything. */
  | { readonly _tag: "History"; readonly channel: string; readonly page: ServerFrameOf<"HistoryPage"> }
  | { readonly _tag: "NoHistory"; readonly channel: string; readonly why: string | undefined }
  | { readonly _tag: "Unread"; readonly channels: ServerFrameOf<"Unread">["channels"] }
  | { readonly _tag: "Found"; readonly words: string; readonly result: ServerFrameOf<"SearchResult"> }
  | { readonly _tag: "Described"; readonly info: ServerFrameOf<"ChannelInfo"> }
  | { readonly _tag: "Blocked"; readonly usernames: ReadonlyArray<Username> }
  /** It is done, and what there is to say of it. */
  | { readonly _tag: "Administered"; readonly call: Administration; readonly done: string | undefined }
  /** Something else did not work: a line to show in the conversation that is open. */
  | { readonly _tag: "Refused"; readonly why: string }

/** What the program does for it. */
export type Intent =
  | { readonly _tag: "Publish"; readonly channel: string; readonly id: MessageId; readonly content: string }
  | { readonly _tag: "Edit"; readonly channel: string; readonly target: Seq; readonly content: string }
  | { readonly _tag: "Delete"; readonly channel: string; readonly target: Seq }
  | {
      readonly _tag: "React"
      readonly channel: string
      readonly target: Seq
      readonly reaction: string
      readonly on: boolean
    }
  /** A page of what was said before this place. */
  | { readonly _tag: "History"; readonly channel: string; readonly before: Seq }
  | { readonly _tag: "Read"; readonly channel: string; readonly seq: Seq }
  | { readonly _tag: "ListUnread" }
  | { readonly _tag: "Search"; readonly words: string }
  | { readonly _tag: "Describe"; readonly channel: string }
  | { readonly _tag: "ListBlocked" }
  | { readonly _tag: "Administer"; readonly call: Administration; readonly done: string | undefined }
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
