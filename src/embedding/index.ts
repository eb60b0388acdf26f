/** `natter/hub`: the hub as a layer, for a program that wants chat inside. No socket, no database (docs/EMBEDDING.md). */
export { Hub, type ConnectError, type ConnectOptions, type EmbeddedUser } from "./Hub.ts"
export type { LocalSession } from "./LocalSession.ts"
export type { ChannelEntry, EntriesError, Gap, HistoryChanged, Missed, SessionEnded } from "./ChannelEntry.ts"
export type { Actions, Call, FoundMessages, HistoryPage, HistoryRange, Publication, Subject } from "./Actions.ts"
export type { EventFrame, PastEntry, PastMessage } from "../protocol/v2/render.ts"

export { RequestError, type RequestErrorReason } from "../domain/RequestError.ts"
export type { RequestErrorOf } from "../chat/Operation.ts"
export { Disconnect } from "../domain/Disconnect.ts"
export { ChannelName } from "../domain/ChannelName.ts"
export { MessageId } from "../domain/MessageId.ts"
export { Seq } from "../domain/Seq.ts"
export { User, UserId } from "../domain/User.ts"
export { Username } from "../domain/Username.ts"
export type { HubStats, Selection } from "../hub/directory/DirectoryCommand.ts"
export type { NodeStanding } from "../hub/nodes/Elsewhere.ts"

export { defaults, HubSettings } from "../hub/HubSettings.ts"
export { People, type PeopleShape } from "../chat/People.ts"

/** For whoever keeps channels and messages in a place of one's own: the two ports, and what goes through them. */
export type { Act, AuditEntry, ChannelRecord, NewChannel, Sanction } from "../channels/ChannelRecord.ts"
export type { Change as ChannelChange } from "../channels/ChannelRecord.ts"
export { ChannelStore } from "../channels/ChannelStore.ts"
export { ChannelStoreError } from "../channels/ChannelStoreError.ts"
export { ChannelId } from "../domain/ChannelId.ts"
export type { Deleted, Edited, Entry, StoredId, Message, Reacted } from "../domain/Entry.ts"
export { Reaction } from "../domain/Reaction.ts"
export { Topic } from "../domain/Topic.ts"
export { History } from "../history/History.ts"
export type {
  Batch,
  Cursor,
  Hits,
  LogSnapshot,
  Marker,
  Page,
  PageRange,
  Query,
  Range,
  Reader,
} from "../history/HistoryShape.ts"
export { HistoryError } from "../history/HistoryError.ts"
