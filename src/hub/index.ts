/** `natter/hub`: the hub as a layer, for a program that wants chat inside. No socket, no database. */
export type { Deleted, Edited, Entry, Known, Message, Reacted } from "../domain/Entry.ts"
export {
  type Batch,
  type Cursor,
  History,
  type Hits,
  type LogSnapshot,
  type Marker,
  type Page,
  type PageRange,
  type Query,
  type Range,
  type Reader,
} from "../history/History.ts"
export { HistoryError } from "../history/HistoryError.ts"
export type { ChannelHandle } from "./Channel.ts"
export type {
  Act,
  AuditEntry,
  Change as ChannelChange,
  ChannelRecord,
  NewChannel,
  Sanction,
} from "../channels/ChannelRecord.ts"
export { ChannelStore } from "../channels/ChannelStore.ts"
export { ChannelStoreError } from "../channels/ChannelStoreError.ts"
export { Hub, type ChannelPage, type HubStats, type Selection } from "./Hub.ts"
export { defaults, HubSettings } from "./HubSettings.ts"
export { Reaction } from "../domain/Reaction.ts"
export type { Change } from "./ChannelCommand.ts"
export type { Found } from "./Memberships.ts"
export type { LocalSession } from "./LocalSession.ts"
export { ChannelId } from "../domain/ChannelId.ts"
export { ChannelName } from "../domain/ChannelName.ts"
export { MessageId } from "../domain/MessageId.ts"
export { Seq } from "../domain/Seq.ts"
export { Topic } from "../domain/Topic.ts"
export { User, UserId } from "../domain/User.ts"
export { Username } from "../domain/Username.ts"
