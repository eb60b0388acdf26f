/** Actions: what happens to the terminal client. Intents: what is to be done then. */
import type * as Redacted from "effect/Redacted"
import type { Client, ClientEvent } from "../client/Client.ts"
import type { ClientState } from "../client/ClientState.ts"
import type { FileInfo } from "../client/Files.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { Seq } from "../domain/Seq.ts"
import type { Status } from "../domain/Status.ts"
import type { Username } from "../domain/Username.ts"
import type { PastMessage } from "../protocol/v2/Entry.ts"
import type { ServerFrameOf } from "../protocol/v2/ServerFrame.ts"
import type { Key } from "./Key.ts"
import type { Size } from "./Model.ts"
import type { OtherServer } from "./OtherServer.ts"
import type { Change, Settings } from "./Settings.ts"

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

/** A request of owners and moderators: the method of the client, and its arguments. */
export type Administration = {
  readonly [Name in Administrative]: readonly [Name, ...Parameters<Client[Name]>]
}[Administrative]

export type Action =
  | { readonly _tag: "Pressed"; readonly key: Key }
  /** Text that was pasted, of however many lines: it is one message. */
  | { readonly _tag: "Pasted"; readonly text: string }
  /** The wheel was turned: so many lines up, or with a negative number down; or an arrow was pressed so often. */
  | { readonly _tag: "Wheel"; readonly lines: number; readonly arrows?: number | undefined }
  /** The mouse was clicked on this place, from the top left on, where there is 0. */
  | { readonly _tag: "Clicked"; readonly column: number; readonly row: number }
  | { readonly _tag: "Resized"; readonly size: Size }
  /** Once a second. */
  | { readonly _tag: "Tick"; readonly now: number; readonly ticks: number }
  | { readonly _tag: "Connection"; readonly state: ClientState }
  /** The client needs the password to sign in again. */
  | { readonly _tag: "PasswordNeeded" }
  | { readonly _tag: "Event"; readonly event: ClientEvent }
  /** What became of an intent. */
  | { readonly _tag: "Published"; readonly channel: string; readonly id: MessageId; readonly seq: Seq }
  | { readonly _tag: "NotPublished"; readonly channel: string; readonly id: MessageId; readonly why: string }
  | { readonly _tag: "NotJoined"; readonly channel: string; readonly why: string }
  | { readonly _tag: "Channels"; readonly page: ServerFrameOf<"Channels"> }
  /** A page of history, or why there is none; undefined where the server keeps no history. */
  | { readonly _tag: "History"; readonly channel: string; readonly page: ServerFrameOf<"HistoryPage"> }
  | { readonly _tag: "NoHistory"; readonly channel: string; readonly why: string | undefined }
  | { readonly _tag: "Unread"; readonly channels: ServerFrameOf<"Unread">["channels"] }
  | { readonly _tag: "SearchResult"; readonly words: string; readonly result: ServerFrameOf<"SearchResult"> }
  /** What stands around a place, or a page before or behind that; undefined where it is not to be had. */
  | {
      readonly _tag: "Around"
      readonly seq: Seq
      readonly before: ServerFrameOf<"HistoryPage">
      readonly after: ServerFrameOf<"HistoryPage">
    }
  | {
      readonly _tag: "PastPage"
      readonly way: "older" | "newer"
      readonly page: ServerFrameOf<"HistoryPage"> | undefined
    }
  | { readonly _tag: "ChannelInfo"; readonly info: ServerFrameOf<"ChannelInfo"> }
  | { readonly _tag: "BlockedUsers"; readonly usernames: ReadonlyArray<Username> }
  /** A message that others answer; null where it is gone. */
  | { readonly _tag: "Answered"; readonly channel: string; readonly seq: Seq; readonly message: PastMessage | null }
  /** Such a request has succeeded; `done` is a line to show. */
  | { readonly _tag: "AdministrationDone"; readonly call: Administration; readonly done: string | undefined }
  /** It is known what is sent or saved. */
  | { readonly _tag: "TransferBegun"; readonly transfer: number; readonly name: string; readonly size: number }
  /** So many bytes are there, at this time. */
  | { readonly _tag: "TransferMoved"; readonly transfer: number; readonly bytes: number; readonly ticks: number }
  /** The server has it: now it can be said. */
  | { readonly _tag: "Uploaded"; readonly transfer: number; readonly file: FileInfo }
  | { readonly _tag: "Downloaded"; readonly transfer: number; readonly path: string }
  | { readonly _tag: "TransferFailed"; readonly transfer: number; readonly why: string }
  /** The paths that begin with what was typed. */
  | { readonly _tag: "Paths"; readonly typed: string; readonly paths: ReadonlyArray<string> }
  /** The draft, as it was written in a program of the user's own. */
  | { readonly _tag: "Written"; readonly text: string }
  /** What the server says of the channel in which somebody is asked about; undefined where it says nothing. */
  | { readonly _tag: "Whois"; readonly name: string; readonly info: ServerFrameOf<"ChannelInfo"> | undefined }
  /** So many messages of a channel are in the file. */
  | { readonly _tag: "ExportMoved"; readonly channel: string; readonly count: number }
  | { readonly _tag: "Exported"; readonly channel: string; readonly count: number; readonly path: string }
  | { readonly _tag: "NotExported"; readonly channel: string; readonly why: string }
  /** This server is the one in the window now, or another. */
  | { readonly _tag: "Seen"; readonly shown: boolean }
  /** Somebody chooses where to go, at another server of the window. */
  | { readonly _tag: "PlacesWanted" }
  /** The channels that there are. */
  | { readonly _tag: "ChannelNames"; readonly names: ReadonlyArray<string> }
  /** A conversation is to be shown that was chosen at another server. */
  | { readonly _tag: "Enter"; readonly channel: string }
  /** What waits at the other servers. */
  | { readonly _tag: "Elsewhere"; readonly servers: ReadonlyArray<OtherServer> }
  /** Settings were changed while another server was shown. */
  | { readonly _tag: "Settings"; readonly settings: Settings }
  /** Anything else has failed: a line to show in the conversation that is open. */
  | { readonly _tag: "Refused"; readonly why: string }

/** What is to be done with a file. */
export type FileIntent =
  | { readonly _tag: "SendFile"; readonly transfer: number; readonly channel: string; readonly path: string }
  | {
      readonly _tag: "GetFile"
      readonly transfer: number
      readonly channel: string
      readonly file: FileInfo
      /** A path that the user has chosen. */
      readonly to: string | undefined
    }
  | { readonly _tag: "CancelTransfer"; readonly transfer: number }

/** What the program is to do. */
export type Intent =
  | {
      readonly _tag: "Publish"
      readonly channel: string
      readonly id: MessageId
      readonly content: string
      /** The id of the file that it carries. */
      readonly file?: string
      /** The place of the message that it answers. */
      readonly replyTo?: Seq
    }
  | { readonly _tag: "Edit"; readonly channel: string; readonly target: Seq; readonly content: string }
  | { readonly _tag: "Delete"; readonly channel: string; readonly target: Seq }
  | {
      readonly _tag: "React"
      readonly channel: string
      readonly target: Seq
      readonly reaction: string
      readonly on: boolean
    }
  /** A page of the entries before this place. */
  | { readonly _tag: "History"; readonly channel: string; readonly before: Seq }
  | { readonly _tag: "Read"; readonly channel: string; readonly seq: Seq }
  | { readonly _tag: "ListUnread" }
  | { readonly _tag: "Search"; readonly words: string }
  /** What stands around a message that was found. */
  | { readonly _tag: "Around"; readonly channel: string; readonly seq: Seq }
  | {
      readonly _tag: "PastPage"
      readonly channel: string
      readonly way: "older" | "newer"
      readonly from: Seq
    }
  /** A message that others answer. */
  | { readonly _tag: "FindAnswered"; readonly channel: string; readonly seq: Seq }
  | { readonly _tag: "Describe"; readonly channel: string }
  | { readonly _tag: "ListBlocked" }
  | { readonly _tag: "Administer"; readonly call: Administration; readonly done: string | undefined }
  | { readonly _tag: "Join"; readonly channel: string }
  | { readonly _tag: "Leave"; readonly channel: string }
  | { readonly _tag: "Typing"; readonly channel: string }
  | { readonly _tag: "SetTopic"; readonly channel: string; readonly topic: string }
  | { readonly _tag: "SetStatus"; readonly status: Status; readonly text: string | undefined }
  | { readonly _tag: "ListChannels" }
  /** The channels that there are, to go there. */
  | { readonly _tag: "FindChannels" }
  | FileIntent
  /** The paths that begin so are to be offered. */
  | { readonly _tag: "ListPaths"; readonly typed: string }
  /** In which channels the user is now, to be entered at the next start. */
  | { readonly _tag: "KeepChannels"; readonly names: ReadonlyArray<string> }
  /** Whom the user ignores now, to be kept until the next start. */
  | { readonly _tag: "KeepIgnored"; readonly names: ReadonlyArray<string> }
  | { readonly _tag: "Retry" }
  | { readonly _tag: "SignIn"; readonly password: Redacted.Redacted }
  /** The user was named: the terminal's bell, and a notification where it can. */
  | { readonly _tag: "Notify"; readonly title: string; readonly text: string }
  | { readonly _tag: "Whois"; readonly name: string; readonly channel: string }
  /** Another server is to be shown: the next, or the one whose address has this in it; and this conversation there. */
  | { readonly _tag: "ShowServer"; readonly which: string | undefined; readonly channel?: string }
  /** The draft is to be written in a program of the user's own. */
  | { readonly _tag: "OpenEditor"; readonly text: string }
  /** Lines to be copied: shown as they are until a key is pressed. */
  | { readonly _tag: "ShowBare"; readonly lines: ReadonlyArray<string> }
  /** What was said in a channel is to be written into a file. */
  | {
      readonly _tag: "Export"
      readonly channel: string
      readonly format: "text" | "json"
      readonly name: string
      /** A path that the user has chosen. */
      readonly to: string | undefined
    }
  | { readonly _tag: "StopExport" }
  /** It is to hold the next time, too. */
  | { readonly _tag: "KeepSetting"; readonly change: Change }
  /** Into the clipboard. */
  | { readonly _tag: "Copy"; readonly text: string }
  /** All of the screen is to be drawn anew. */
  | { readonly _tag: "Redraw" }
  /** The title of the window. */
  | { readonly _tag: "Title"; readonly text: string }
  | { readonly _tag: "Quit" }
