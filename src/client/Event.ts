/** What a client says of the channels it is in. */
import type { ChannelName } from "../domain/ChannelName.ts"
import type { Seq } from "../domain/Seq.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { UserId } from "../domain/User.ts"
import type { Username } from "../domain/Username.ts"
import type { PastMessage } from "../protocol/v2/Entry.ts"
import type { ServerFrame, ServerFrameOf } from "../protocol/v2/ServerFrame.ts"

/** Frames that answer a request. `Joined` and `Left` do so too, and are events besides. */
type AnswerFrame = ServerFrameOf<
  | "LoggedIn"
  | "Channels"
  | "Ok"
  | "Published"
  | "HistoryPage"
  | "SearchResult"
  | "Unread"
  | "ChannelInfo"
  | "AuditLog"
  | "Blocked"
  | "InviteLinkCreated"
  | "InviteLinks"
  | "InviteAccepted"
  | "Upload"
  | "Opened"
  | "Error"
>

/** Frames about a file that is sent or read: whoever does that hears of them. */
export type FileFrame = ServerFrameOf<"UploadProgress" | "Uploaded" | "UploadFailed" | "FileChunk" | "DownloadFailed">

/** Frames about the connection itself. */
type ConnectionFrame = ServerFrameOf<"Ping" | "Pong" | "Disconnect">

/**
 * What happens in the channels that a session is in, in the order of the server: every server frame that is neither an
 * answer nor about the connection or a file. A new frame counts as an event until it is listed above, and every place that
 * handles events then fails the type check until it handles this one. `Joined` and `Left` are the session's own: with a
 * `ref` they answer a request, without one the server has decided.
 */
export type Event = Exclude<ServerFrame, AnswerFrame | ConnectionFrame | FileFrame>

/** A message. One that was said while the client was away is as it is now: edited, or deleted. */
export interface Message extends PastMessage {
  readonly channel: ChannelName
}

/** An event that has a place (`seq`) in its channel, and so is found in history, too. */
export type Entry = Exclude<Extract<Event, { readonly target: Seq }>, Message> | Message

/** Entries that can no longer be had, `from` and `to` included: history does not reach back so far. */
export interface Missed {
  readonly type: "Missed"
  readonly channel: ChannelName
  readonly from: Seq
  readonly to: Seq
}

/**
 * The history of a channel is another one than before: the service has lost it, or was given that of another day. What was
 * said that had not come is gone, and nobody can tell what it was. Entries begin anew behind this, with the oldest that
 * there is: places mean other entries now, and some of those that come may have come before.
 */
interface HistoryChanged {
  readonly type: "HistoryChanged"
  readonly channel: ChannelName
}

/** A channel is called differently. Who did that is not known where it was done while the client was away. */
interface Renamed extends Omit<ServerFrameOf<"Renamed">, "by" | "by_id"> {
  readonly by?: Username
  readonly by_id?: UserId
}

/** The client is out of a channel: `because` says why, where it wanted to come back to it and was refused. */
export interface Left extends ServerFrameOf<"Left"> {
  readonly because?: RequestError
}

/**
 * What happens in the channels that a client is in. `Joined` comes whenever it has joined, after a reconnection too, and
 * begins the list of members anew. The entries of a channel go on where they were: each comes once, in order, and
 * `Missed` stands in the place of those that can no longer be had. After a reconnection the client goes on in the same
 * channels, by whatever name: `Renamed` tells that before `Joined`, and `Left` where it is not let in any more.
 */
export type ClientEvent =
  | Exclude<Event, { readonly type: "Message" | "Renamed" | "Left" }>
  | Message
  | Renamed
  | Left
  | Missed
  | HistoryChanged

/** Of every event, whether it is an entry. */
const entryTypes: { readonly [Type in ClientEvent["type"]]: Type extends Entry["type"] ? true : false } = {
  Message: true,
  Edited: true,
  Deleted: true,
  Reacted: true,
  Missed: false,
  HistoryChanged: false,
  Joined: false,
  Left: false,
  ReadMarker: false,
  Presence: false,
  TopicChanged: false,
  UserTyping: false,
  Renamed: false,
  ChannelChanged: false,
  RoleChanged: false,
  Kicked: false,
  Invited: false,
}

export const isEntry = (event: ClientEvent): event is Entry => entryTypes[event.type]
