import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { Attachment } from "../domain/Attachment.ts"
import type { ChannelId } from "../domain/ChannelId.ts"
import type { FileId } from "../domain/FileId.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { Sha256 } from "../domain/Sha256.ts"
import type { UserId } from "../domain/User.ts"
import type { Counters } from "./Counters.ts"
import type { FileRecord } from "./FileRecord.ts"
import type { FileSettings } from "./FileSettings.ts"
import type { ByteRange } from "./FileStoreShape.ts"
import type { Pace } from "./Pace.ts"
import type { Windows } from "./Windows.ts"

/** A file that somebody is about to send. */
export interface NewFile {
  readonly user: UserId
  readonly channel: ChannelId
  readonly name: string
  readonly size: number
  readonly mediaType?: string | undefined
  /** Compared with that of what has come. */
  readonly sha256?: Sha256 | undefined
}

/** What comes of a file. */
export interface Incoming {
  /** The place of its first byte: as many bytes as have been received. */
  readonly offset: number
  /** Taken in only as fast as it is stored. Where it fails, what came before that is kept. */
  readonly bytes: Stream.Stream<Uint8Array, RequestError>
  /**
   * Whether they have been gathered: then each piece is written as it is, and is not looked at any more once `received` was
   * told so. Otherwise small ones are copied together first.
   */
  readonly gathered?: boolean | undefined
  /** Asked once all have come, where it is given: nothing of them counts before it succeeds. */
  readonly verify?: Effect.Effect<void, RequestError> | undefined
  /** Told how many bytes are safe, each time that more are. */
  readonly received?: ((offset: number) => void) | undefined
}

/** The methods of `Files`. What somebody may is checked before. */
export interface FilesShape {
  readonly settings: FileSettings
  /** A place for a file: refused where it is too large, or beyond what its sender may have. */
  readonly start: (file: NewFile) => Effect.Effect<FileRecord, RequestError>
  readonly get: (id: FileId) => Effect.Effect<Option.Option<FileRecord>, RequestError>
  /**
   * Takes in more of a file, and succeeds with what is known of it then: it is whole with the last byte, unless it is not
   * what was announced, or a scanner does not want it. One sender at a time: the next takes the place of the one before.
   */
  readonly append: (file: FileRecord, incoming: Incoming) => Effect.Effect<FileRecord, RequestError>
  /** It is not to come, or to be read, any more. */
  readonly remove: (id: FileId) => Effect.Effect<void, RequestError>
  /** Has a message say what it carries: a whole file, which stays until that is said. */
  readonly post: <A>(
    file: FileRecord,
    say: (attachment: Attachment) => Effect.Effect<A, RequestError>,
  ) => Effect.Effect<A, RequestError>
  /** The bytes of a whole file; see `FileStore.read` for `reuse`. */
  readonly read: (file: FileRecord, range?: ByteRange, reuse?: boolean) => Stream.Stream<Uint8Array, RequestError>
  /** An address outside at which these are, for a few minutes; undefined where there is none. */
  readonly address: (file: FileRecord) => Effect.Effect<string | undefined, RequestError>
  /** Whether a message in its channel carries it. */
  readonly isCarried: (file: FileRecord) => Effect.Effect<boolean, RequestError>
  /** A message of this channel was taken away, or the channel: what nobody refers to any more goes soon. */
  readonly sweepSoon: (channel: ChannelId) => void
  readonly counters: Counters
  /** For those who move files over frames. */
  readonly windows: Windows
  readonly pace: Pace
  /** Files that somebody is sending at this moment. */
  readonly underWay: () => number
}
