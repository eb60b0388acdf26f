import type { ChannelId } from "../domain/ChannelId.ts"
import type { FileId } from "../domain/FileId.ts"
import type { Sha256 } from "../domain/Sha256.ts"
import type { UserId } from "../domain/User.ts"

/** What is known of a file, from the moment on when somebody begins to send it. Times are milliseconds since 1970. */
export interface FileRecord {
  readonly id: FileId
  /** Who sends it, and in which channel it is to be read. */
  readonly user: UserId
  readonly channel: ChannelId
  readonly name: string
  /** Bytes that it has when it is whole. */
  readonly size: number
  readonly mediaType: string
  /** Of the whole: as the sender announced it, and, once it is whole, as it is. */
  readonly sha256: Sha256 | undefined
  /** Bytes that have come and are safe. */
  readonly received: number
  /** It has come as it should, and can be read. */
  readonly whole: boolean
  /** A message that carries it was said: without one any more it may go at once. */
  readonly posted: boolean
  readonly createdAt: number
  /** When it goes, unless more comes, or, where it is whole, a message carries it by then. */
  readonly expiresAt: number
}
