import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Disconnect } from "../../domain/Disconnect.ts"
import { RequestError } from "../../domain/RequestError.ts"
import { fromFileFailure } from "../../protocol/v2/ErrorFrame.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import { type Download as Opened, type DownloadOptions, FileChanged, type FileInfo } from "../Files.ts"
import type { ConnectionFailure } from "../Reconnect.ts"
import type { Inbox, SessionFiles } from "./SessionFiles.ts"
import * as Hash from "./Sha256Hash.ts"
import { type Around, Broken, inSessions, Tries } from "./transfers.ts"

/** Bytes that were taken and not acknowledged, as a part of the window: less would be many frames. */
const unacknowledged = 1 / 8

interface Coming {
  readonly files: SessionFiles
  readonly inbox: Inbox<ServerFrameOf<"FileChunk" | "DownloadFailed">>
  readonly opened: ServerFrameOf<"Opened">
}

type Pieces = readonly [Uint8Array, ...Array<Uint8Array>]

/** The server does not go on with it. */
class Refused extends Data.TaggedError("Refused")<{ readonly because: RequestError }> {}

/** Reads one file, over as many sessions as it takes. */
class Download {
  private readonly around: Around
  private readonly name: Effect.Effect<string, RequestError>
  private readonly file: string
  private readonly tries = new Tries()
  private readonly onProgress: DownloadOptions["onProgress"]
  private hash: Hash.Sha256Hash | undefined
  private coming: Coming | undefined
  private attachment: FileInfo | undefined
  /** Behind the last byte that was given on. */
  private at: number
  private acknowledged: number

  constructor(
    around: Around,
    name: Effect.Effect<string, RequestError>,
    file: string,
    { offset = 0, onProgress }: DownloadOptions<unknown>,
    hash: Hash.Sha256Hash | undefined,
  ) {
    this.around = around
    this.name = name
    this.file = file
    this.onProgress = onProgress
    this.hash = hash
    this.at = offset
    this.acknowledged = offset
  }

  /** Opens it where it goes on. */
  readonly open: Effect.Effect<FileInfo, RequestError | ConnectionFailure | FileChanged | Broken> = Effect.suspend(() =>
    inSessions<FileInfo, FileChanged>(this.around, this.name, this.tries, (session, files, channel) =>
      Effect.gen({ self: this }, function* () {
        const { at, file } = this
        const inbox = yield* files.download(file)
        const opened = yield* Effect.onError(
          session.ask<"Opened">({ type: "Download", channel, file, offset: at }),
          () => Effect.sync(() => files.forget("downloads", file)),
        )
        const { media_type, name, sha256, size } = opened
        const before = this.attachment
        if (before !== undefined && before.sha256 !== sha256) return yield* new FileChanged({ name })
        this.coming = { files, inbox, opened }
        this.acknowledged = at
        return (this.attachment = { id: opened.file, name, size, media_type, sha256 })
      }),
    ),
  )

  /** The next pieces; `Done` behind the last. */
  readonly pull: Effect.Effect<Pieces, RequestError | ConnectionFailure | FileChanged | Broken | Cause.Done> =
    Effect.suspend(() => {
      const { coming } = this
      if (coming === undefined) return Effect.andThen(this.open, this.pull)
      const { files, inbox, opened } = coming
      const more = Effect.suspend(() => {
        if (this.at === opened.size) return this.finish(opened)
        return Effect.flatMap(Queue.takeAll(inbox), (frames) => this.take(frames))
      })
      return Effect.catch(Effect.andThen(this.acknowledge(files, opened), more), (error) => {
        // It goes on in the next session, or is opened anew, behind what has come. What is refused for good is refused then.
        if (error instanceof Disconnect) return Effect.andThen(this.drop, this.pull)
        if (!(error instanceof Refused)) return Effect.fail(error)
        const again = this.tries.again(error.because, !error.because.retryable, this.around.current.wait)
        return again.pipe(Effect.andThen(this.drop), Effect.andThen(this.pull))
      })
    })

  /** Lets the server know that no more is wanted. */
  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    const { coming } = this
    if (coming === undefined || this.acknowledged === coming.opened.size) return this.drop
    const { files, opened } = coming
    return Effect.andThen(this.drop, files.sendLast({ type: "CloseDownload", file: opened.file }))
  })

  private readonly drop: Effect.Effect<void> = Effect.sync(() => {
    this.coming?.files.forget("downloads", this.file)
    this.coming = undefined
  })

  private take(
    frames: ReadonlyArray<ServerFrameOf<"FileChunk" | "DownloadFailed">>,
  ): Effect.Effect<Pieces, Refused | RequestError | ConnectionFailure | FileChanged | Broken | Cause.Done> {
    const pieces: Array<Uint8Array> = []
    let failure: RequestError | undefined
    for (const frame of frames) {
      if (frame.type === "DownloadFailed") {
        failure = fromFileFailure(frame)
        continue
      }
      // Some may still be of when it was opened before: they are of the same bytes, but perhaps not the next.
      const known = this.at - frame.offset
      if (known < 0 || known >= frame.data.length) continue
      const fresh = known === 0 ? frame.data : frame.data.subarray(known)
      pieces.push(fresh)
      this.at += fresh.length
      this.hash?.update(fresh)
    }
    const [first, ...others] = pieces
    if (first !== undefined) {
      this.tries.progress()
      this.onProgress?.(this.at, this.attachment?.size ?? this.at)
    }
    if (failure === undefined) return first === undefined ? this.pull : Effect.succeed([first, ...others])
    // What came before it counts.
    return first === undefined
      ? Effect.fail(new Refused({ because: failure }))
      : Effect.as(this.drop, [first, ...others] as const)
  }

  /** What was given on has been taken by now. */
  private acknowledge(files: SessionFiles, { file, size, window }: Coming["opened"]): Effect.Effect<void, Disconnect> {
    const { at } = this
    if (at === this.acknowledged || (at < size && at - this.acknowledged < window * unacknowledged)) return Effect.void
    this.acknowledged = at
    return files.send([{ type: "FileAck", file, offset: at }])
  }

  private finish({ sha256 }: Coming["opened"]): Effect.Effect<never, RequestError | Cause.Done> {
    const { hash } = this
    this.hash = undefined
    if (hash === undefined || hash.digest() === sha256) return Cause.done()
    return Effect.fail(new RequestError({ reason: "HashMismatch", detail: "What has come is not what was sent" }))
  }
}

/** The hash of what is there already; undefined where that is not known. */
const hashBefore = ({
  before,
  offset = 0,
}: DownloadOptions<unknown>): Effect.Effect<Hash.Sha256Hash | undefined, Broken> => {
  if (before === undefined) return Effect.succeed(offset === 0 ? Hash.make() : undefined)
  const hash = Hash.make()
  return before.pipe(
    Stream.mapError((error) => new Broken({ error })),
    Stream.runForEach((bytes) => Effect.sync(() => hash.update(bytes))),
    Effect.as(hash),
  )
}

export const download = <E>(
  around: Around,
  channel: string,
  file: string,
  options: DownloadOptions<E> = {},
): Effect.Effect<
  Opened<RequestError | ConnectionFailure | FileChanged | E>,
  RequestError | ConnectionFailure | FileChanged | E,
  Scope.Scope
> =>
  Effect.gen(function* () {
    const name = yield* around.meant(channel)
    const reading = new Download(around, name, file, options, yield* hashBefore(options))
    yield* Effect.addFinalizer(() => reading.close)
    const attachment = yield* reading.open
    const bytes = Stream.fromPull(Effect.succeed(reading.pull))
    return { attachment, bytes: Stream.catchTag(bytes, "Broken", ({ error }) => Stream.fail(error as E)) }
  }).pipe(Effect.catchTag("Broken", ({ error }) => Effect.fail(error as E)))
