/** What the client library tells, by short names. */
import type { Client, FileInfo } from "../../../client/index.ts"
import type { Entry } from "../../../protocol/v2/Entry.ts"
import type { ServerFrameOf } from "../../../protocol/v2/ServerFrame.ts"

export type { Entry, FileInfo }
export type Event = Client.ClientEvent
type EventOf<Type extends Event["type"]> = Extract<Event, { readonly type: Type }>
export type Joined = EventOf<"Joined">
export type Page = ServerFrameOf<"HistoryPage">
export type Hit = ServerFrameOf<"SearchResult">["hits"][number]
export type ChannelInfo = ServerFrameOf<"ChannelInfo">
export type AuditLog = ServerFrameOf<"AuditLog">
export type ChannelLine = ServerFrameOf<"Channels">["channels"][number]
export type InviteLinks = ServerFrameOf<"InviteLinks">
