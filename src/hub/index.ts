/** `natter/hub`: the hub as a layer, for a program that wants chat inside. No socket, no database. */
export { History, HistoryError, type ChannelRecord, type StoredMessage } from "../history/History.ts"
export type { ChannelHandle } from "./Channel.ts"
export { Hub, type ChannelPage, type HubStats, type Selection } from "./Hub.ts"
export { defaults, HubSettings } from "./HubSettings.ts"
export type { LocalSession } from "./LocalSession.ts"
export { User, UserId } from "../domain/User.ts"
