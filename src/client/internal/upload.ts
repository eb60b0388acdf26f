import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { Disconnect } from "../../domain/Disconnect.ts"
import type { FileId } from "../../domain/FileId.ts"
import { RequestError } from "../../domain/RequestError.ts"
import { fileId } from "../../domain/Rules.ts"
import { fromFileFailure } from "../../protocol/v2/ErrorFrame.ts"
import { FrameMemory } from "../../protocol/FrameMemory.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import { FileChanged, type FileInfo, type FileSource, type UploadOptions } from "../Files.ts"
import type { ConnectionFailure } from "../Reconnect.ts"
import type { ClientSession } from "../Session.ts"
import { Chunks } from "./Chunks.ts"
import type { Inbox, Saying, SessionFiles } from "./SessionFiles.ts"
import * as Hash from "./Sha256Hash.ts"
import { type Around, Broken, inSessions, Tries } from "./transfers.ts"

/** Milliseconds within which the network takes what it has room for. */
const quick = 10
/** Chunks that are written together, at most. */
const most = 8

type Failure = RequestError | Disconnect | FileChanged | Broken

/** Sends one file, over as many sessions as it takes. */
class Upload<E> {
  private readonly source: FileSource<E>
  private readonly options: UploadOptions
  private readonly tries: Tries
  private file: FileId | undefined
  /** Of what has been read from the first byte on, so far; undefined where that is not known, or the server does it. */
  private hash: Hash.Sha256Hash | undefined
  private hashed = 0

  constructor(source: FileSource<E>, options: UploadOptions, tries: Tries) {
    this.source = source
    this.options = options
    this.tries = tries
    this.file = options.resume === undefined ? undefined : (options.resume as FileId)
    this.startHash()
  }

  /** Whether it makes sense to go on at once after this error. */
  changes({ reason }: RequestError): boolean {
    if (reason === "WrongOffset") return true
    // It has expired, or the server has lost it: what was begun here begins anew.
    if (reason !== "NoSuchFile" || this.file === undefined || this.options.resume !== undefined) return false
    this.file = undefined
    this.startHash()
    return true
  }

  in(session: ClientSession, files: SessionFiles, channel: string): Effect.Effect<FileInfo, Failure> {
    return Effect.flatMap(this.begin(session, files, channel), (begun) => {
      const { file } = begun
      // It keeps what has come, and its place is free for another.
      const pause = files.sendLast({ type: "UploadChunk", file, offset: begun.offset, data: new Uint8Array(0) })
      return Effect.flatMap(files.upload(file), (inbox) => this.through(files, inbox, begun)).pipe(
        Effect.onInterrupt(() => pause),
        Effect.ensuring(Effect.sync(() => files.forget("uploads", file))),
        Effect.tapErrorTag("FileChanged", () => Effect.ignore(session.ask({ type: "CancelUpload", channel, file }))),
      )
    })
  }

  private startHash(): void {
    this.hash = this.source.sha256 === undefined && this.file === undefined ? Hash.make() : undefined
    this.hashed = 0
  }

  private begin(
    session: ClientSession,
    files: SessionFiles,
    channel: string,
  ): Effect.Effect<ServerFrameOf<"Upload">, RequestError | Disconnect | FileChanged> {
    const { mediaType: media_type, name, sha256, size } = this.source
    const { file } = this
    if (file !== undefined) {
      const resumed = Effect.andThen(files.upload(file), session.ask<"Upload">({ type: "ResumeUpload", channel, file }))
      return Effect.filterOrFail(
        Effect.onError(resumed, () => Effect.sync(() => files.forget("uploads", file))),
        (upload) => upload.size === size,
        () => new FileChanged({ name }),
      )
    }
    return Effect.tap(
      session.ask<"Upload">({ type: "StartUpload", channel, name, size, media_type, sha256 }),
      (upload) =>
        Effect.sync(() => {
          this.file = upload.file
          this.options.onStarted?.(upload.file)
        }),
    )
  }

  private through(
    files: SessionFiles,
    inbox: Inbox<ServerFrameOf<"UploadProgress" | "Uploaded" | "UploadFailed">>,
    { chunk, file, offset, window }: ServerFrameOf<"Upload">,
  ): Effect.Effect<FileInfo, Failure> {
    const { name, size } = this.source
    const moved = Latch.makeUnsafe(false)
    let at = offset
    let safe = offset

    const progress = (to: number): void => {
      if (to > safe) this.tries.progress()
      safe = to
      this.options.onProgress?.(to, size)
      moved.openUnsafe()
    }

    /** Chunks that are written together: many where the network takes them at once, so that what else is said never waits. */
    let together = 1
    const memory = new FrameMemory()

    /** Sends these chunks, from one on, as far as the window goes; the others when it goes further. */
    const send = (chunks: ReadonlyArray<Uint8Array>, first = 0): Effect.Effect<void, Disconnect | FileChanged> =>
      Effect.suspend(() => {
        const frames: Array<Saying> = []
        for (const data of chunks.slice(first, first + together)) {
          if (at + data.length > size) return Effect.fail(new FileChanged({ name }))
          if (at + data.length > safe + window) break
          frames.push({ type: "UploadChunk", file, offset: at, data })
          this.note(at, data)
          at += data.length
        }
        const next = first + frames.length
        if (frames.length > 0) {
          return Effect.flatMap(Effect.timed(files.send(frames, memory)), ([time]) => {
            together = Duration.toMillis(time) < quick ? Math.min(together * 2, most) : 1
            return next < chunks.length ? send(chunks, next) : Effect.void
          })
        }
        if (next === chunks.length) return Effect.void
        moved.closeUnsafe()
        return Effect.andThen(moved.await, send(chunks, next))
      })

    const chunks = new Chunks(chunk)
    const sending = Stream.runForEach(
      // The next is read while this is sent.
      this.source.read(offset).pipe(
        Stream.mapError((error) => new Broken({ error })),
        Stream.buffer({ capacity: 1 }),
      ),
      (piece) => send(chunks.push(piece)),
    ).pipe(
      Effect.andThen(Effect.suspend(() => send(chunks.rest()))),
      Effect.andThen(Effect.suspend(() => (at < size ? Effect.fail(new FileChanged({ name })) : Effect.never))),
    )

    const hearing: Effect.Effect<FileInfo, Failure> = Effect.flatMap(Queue.take(inbox), (frame) => {
      switch (frame.type) {
        case "UploadProgress":
          progress(frame.offset)
          return hearing
        case "UploadFailed":
          return Effect.fail(fromFileFailure(frame))
        case "Uploaded": {
          const { file: id, type: _, ...about } = frame
          progress(size)
          const own = this.hash !== undefined && this.hashed === size ? this.hash.digest() : about.sha256
          return own === about.sha256 ? Effect.succeed({ id, ...about }) : Effect.fail(new FileChanged({ name }))
        }
      }
    })
    progress(offset)
    // Where all has come already nothing is read any more: the server is just looking at it.
    return offset === size ? hearing : Effect.raceFirst(sending, hearing)
  }

  /** What is sent again was hashed before. */
  private note(at: number, data: Uint8Array): void {
    if (this.hash === undefined) return
    const fresh = data.subarray(Math.max(0, this.hashed - at))
    if (at > this.hashed) this.hash = undefined
    else if (fresh.length > 0) {
      this.hash.update(fresh)
      this.hashed += fresh.length
    }
  }
}

export const upload = <E>(
  around: Around,
  channel: string,
  source: FileSource<E>,
  options: UploadOptions = {},
): Effect.Effect<FileInfo, RequestError | ConnectionFailure | FileChanged | E> =>
  Effect.flatMap(
    around.meant(channel),
    (name): Effect.Effect<FileInfo, RequestError | ConnectionFailure | FileChanged | Broken> => {
      if (options.resume !== undefined && !fileId.holds(options.resume)) {
        return Effect.fail(new RequestError({ reason: "NoSuchFile", field: "file" }))
      }
      const tries = new Tries()
      const sending = new Upload(source, options, tries)
      return inSessions<FileInfo, FileChanged>(
        around,
        name,
        tries,
        (session, files, channel) => sending.in(session, files, channel),
        (error) => sending.changes(error),
      )
    },
  ).pipe(Effect.catchTag("Broken", ({ error }) => Effect.fail(error as E)))
