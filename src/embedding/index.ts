/** `natter/hub`: the hub as a layer, for a program that wants chat inside. No socket, no database. */
export type { Act, AuditEntry, ChannelRecord, NewChannel, Sanction } from "../channels/ChannelRecord.ts"
export type { Change as ChannelChange } from "../channels/ChannelRecord.ts"
export { ChannelStore } from "../channels/ChannelStore.ts"
export { ChannelStoreError } from "../channels/ChannelStoreError.ts"
export { ChannelId } from "../domain/ChannelId.ts"
export { ChannelName } from "../domain/ChannelName.ts"
export { Disconnect } from "../domain/Disconnect.ts"
export type { Deleted, Edited, Entry, Known, Message, Reacted } from "../domain/Entry.ts"
export { MessageId } from "../domain/MessageId.ts"
export { Reaction } from "../domain/Reaction.ts"
export { RequestError, type RequestErrorReason } from "../domain/RequestError.ts"
export { Seq } from "../domain/Seq.ts"
export { Topic } from "../domain/Topic.ts"
export { User, UserId } from "../domain/User.ts"
export { Username } from "../domain/Username.ts"
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
export type { HubStats, Selection } from "../hub/directory/DirectoryCommand.ts"
export { defaults, HubSettings } from "../hub/HubSettings.ts"
export type { Actions, HistoryRange, Posted } from "./Actions.ts"
export { type EmbeddedUser, Hub } from "./Hub.ts"
export type { LocalSession } from "./LocalSession.ts"
