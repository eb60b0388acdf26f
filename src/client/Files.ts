/** Files that a client sends and reads. */
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { RequestError } from "../domain/RequestError.ts"
import type { PastMessage } from "../protocol/v2/Entry.ts"

/** What is known of a file: as messages carry it. */
export type FileInfo = NonNullable<PastMessage["file"]>

/** A file that is to be sent. */
export interface FileSource<E = never> {
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** What it is taken for, such as `image/png`. */
  readonly mediaType?: string | undefined
  /** Of the whole, in hexadecimal, where it is known: then the server compares what has come. */
  readonly sha256?: string | undefined
  /** Its bytes from one on: read again from there when the connection was lost. */
  readonly read: (offset: number) => Stream.Stream<Uint8Array, E>
}

export interface UploadOptions {
  /** Goes on with an upload that was begun earlier, perhaps by another process. */
  readonly resume?: string | undefined
  /** Told which file it is, before anything is sent: to go on with it later, that has to be known. */
  readonly onStarted?: ((file: string) => void) | undefined
  /** Told how many bytes are safe at the server. */
  readonly onProgress?: ((bytes: number, size: number) => void) | undefined
}

export interface DownloadOptions<E = never> {
  /** From this byte on: whoever goes on with what an earlier process has read. Default: 0. */
  readonly offset?: number | undefined
  /** What is there already, up to `offset`: with it the hash of the whole can be checked. */
  readonly before?: Stream.Stream<Uint8Array, E> | undefined
  /** Told how many bytes have been taken. */
  readonly onProgress?: ((bytes: number, size: number) => void) | undefined
}

/** A file that is read. */
export interface Download<E> {
  readonly attachment: FileInfo
  /** Its bytes, once, for one consumer. More is fetched only as it takes them. */
  readonly bytes: Stream.Stream<Uint8Array, E>
}

/** The file has other bytes than it had: it was changed while it was sent or read. Nothing helps but to begin anew. */
export class FileChanged extends Data.TaggedError("FileChanged")<{ readonly name: string }> {
  override get message(): string {
    return `${this.name} was changed meanwhile: begin anew`
  }
}

/** `E` is why there is no server any more. */
export interface Files<E> {
  /**
   * Sends a file to a channel that the client is in, from where on a message can carry it (`publish`). It goes on where it
   * was after every reconnection, and fails where it cannot. Interrupted it stays there for a while, and can be gone on with
   * by `resume`. Four are sent at once; more wait.
   */
  readonly upload: <Broken = never>(
    channel: string,
    source: FileSource<Broken>,
    options?: UploadOptions,
  ) => Effect.Effect<FileInfo, RequestError | FileChanged | Broken | E>
  /**
   * Opens a file that a message in a channel carries, until the scope closes. Its bytes go on where they were after every
   * reconnection. Where they began at 0, or what was before is given, they fail at their end with `HashMismatch` if they are
   * not what was sent. Four are open at once, and each file once; more wait.
   */
  readonly download: <Broken = never>(
    channel: string,
    file: string,
    options?: DownloadOptions<Broken>,
  ) => Effect.Effect<
    Download<RequestError | FileChanged | Broken | E>,
    RequestError | FileChanged | Broken | E,
    Scope.Scope
  >
}
