/**
 * `natter/client`: a client for programs, in Node and in a browser. `natter/client/tcp` reaches a
 * server over TCP, from Node.
 */
export * as Client from "./Client.ts"
export * as ClientPool from "./ClientPool.ts"
export * as ClientSession from "./ClientSession.ts"
export * as ClientState from "./ClientState.ts"
export { ConnectError } from "./ConnectError.ts"
export { Dialer } from "./Dialer.ts"
export {
  FileChanged,
  type Download,
  type DownloadOptions,
  type FileInfo,
  type FileSource,
  type UploadOptions,
} from "./Files.ts"
export { fresh as freshMessageId } from "./MessageId.ts"
export { printable } from "./Printable.ts"
export { OutboxFull, Unconfirmed } from "./PublishError.ts"
export type { Backoff, ConnectionFailure } from "./Reconnect.ts"
export type * as Requests from "./Requests.ts"
export { Roster } from "./Roster.ts"
export { Disconnect } from "../domain/Disconnect.ts"
export { RequestError } from "../domain/RequestError.ts"
