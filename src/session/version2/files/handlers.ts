/** Files over frames: an upload is a fiber of the session that takes in what comes, a download is one that sends. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as files from "../../../chat/files/operations.ts"
import type { OpenedFile } from "../../../chat/files/openFile.ts"
import type { UploadView } from "../../../chat/files/views.ts"
import type { FileId } from "../../../domain/FileId.ts"
import { largest } from "../../../files/Windows.ts"
import { RequestError } from "../../../domain/RequestError.ts"
import { FrameMemory } from "../../../protocol/FrameMemory.ts"
import { fileFailure } from "../../../protocol/v2/ErrorFrame.ts"
import type { ClientFrameOf } from "../../../protocol/v2/ClientFrame.ts"
import * as render from "../../../protocol/v2/render.ts"
import * as renderFiles from "../../../protocol/v2/renderFiles.ts"
import { type Handler, notAuthenticated } from "../../Handler.ts"
import type { Session, SessionCaller } from "../../Session.ts"
import type { Tell } from "../Tell.ts"
import { acknowledged, atOnce, chunk, keepWithin, smallest, window } from "./bounds.ts"
import { Checking } from "./Checking.ts"
import { Download } from "./Download.ts"
import { Upload } from "./Upload.ts"

type FileFrame =
  | "StartUpload"
  | "ResumeUpload"
  | "UploadChunk"
  | "CancelUpload"
  | "Download"
  | "FileAck"
  | "CloseDownload"

export type FileHandlers = { readonly [Type in FileFrame]: Handler<ClientFrameOf<Type>> }

/** Those that count as frames only where they are small: the handlers see to it. */
export const countsByItself = (type: string): boolean => type === "UploadChunk" || type === "FileAck"

/** What of files is on the way in a session. */
class Transfers {
  readonly uploads = new Map<FileId, Upload>()
  readonly downloads = new Map<FileId, Download>()
  /** Bytes of uploads that have ended which may still come: their sender did not know. */
  late = 0

  forget(upload: Upload): void {
    if (this.uploads.get(upload.id) !== upload) return
    this.uploads.delete(upload.id)
    this.late = Math.min(this.late + upload.expected, atOnce * largest)
  }
}

/** So many send just now that there is no memory for one more. */
const noRoom = () =>
  new RequestError({
    reason: "RateLimited",
    detail: "Too many files are being sent to this service at once",
    retryAfter: Duration.seconds(5),
  })

const tooMany = () =>
  new RequestError({
    reason: "RateLimited",
    detail: `A session sends and reads at most ${atOnce} files at once`,
    retryAfter: Duration.seconds(1),
  })

/**
 * It ends with the session. What had come by then is kept first: whoever is cut off before any of it was written would never
 * come on.
 */
const keeping = (upload: Upload, taking: Effect.Effect<void>): Effect.Effect<void> =>
  Effect.flatMap(Effect.forkChild(taking, { startImmediately: true }), (fiber) =>
    Effect.onInterrupt(Fiber.join(fiber), () => {
      upload.pause()
      // This fiber is interrupted already: only others can still be.
      return Effect.raceFirst(
        Effect.interruptible(Effect.asVoid(Fiber.await(fiber))),
        Effect.interruptible(Effect.sleep(keepWithin)),
      )
    }),
  )

/** Waits until what is there of files has left; for ever where the session has ended, with which this ends. */
const room = (outbox: Session["outbox"]): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const forget = outbox.whenFilesLeft(() => resume(Effect.void))
    return Effect.sync(forget)
  })

/** Whatever goes wrong in a fiber of its own is told, too. */
const orInternal = (what: string, effect: Effect.Effect<void, RequestError>): Effect.Effect<void, RequestError> =>
  Effect.catchDefect(effect, (defect) =>
    Effect.andThen(
      Effect.logError(`the service failed over ${what}`, defect),
      Effect.fail(new RequestError({ reason: "Internal" })),
    ),
  )

export const make = (
  tell: Tell,
  forUser: <Frame>(
    handle: (session: Session, frame: Frame, caller: SessionCaller) => ReturnType<Handler<Frame>>,
  ) => Handler<Frame>,
): FileHandlers => {
  const transfers = new WeakMap<Session, Transfers>()
  const transfersOf = (session: Session): Transfers => {
    const known = transfers.get(session) ?? new Transfers()
    transfers.set(session, known)
    return known
  }

  /** Tells something at once: nobody else's turn ends here. */
  const say = (session: Session, frame: Parameters<Tell["answer"]>[1]): void => {
    tell.answer(session, frame)
    session.outbox.flush()
  }

  const failed = (session: Session, type: "UploadFailed" | "DownloadFailed", file: FileId, error: RequestError) =>
    Effect.sync(() => {
      session.services.meter.requestErrors.add(error.reason)
      say(session, fileFailure(type, file, error))
    })

  const stopped = (transfer: { readonly fiber: Fiber.Fiber<void> | undefined } | undefined): Effect.Effect<void> =>
    transfer?.fiber === undefined ? Effect.void : Fiber.interrupt(transfer.fiber)

  const taking = (
    session: Session,
    caller: SessionCaller,
    { channel, upload }: { readonly channel: ClientFrameOf<"StartUpload">["channel"]; readonly upload: Upload },
  ): Effect.Effect<void> => {
    const { chat } = session.services
    const request = { channel, file: upload.id }
    const received = (offset: number): void => {
      upload.safe = offset
      say(session, { type: "UploadProgress", file: upload.id, offset })
    }
    const { at: offset, bytes } = upload
    const all = files.appendUpload(chat, caller, { ...request, offset, bytes, gathered: true, received })
    return Effect.matchEffect(
      orInternal(
        "an upload",
        Effect.map(all, (view) => uploaded(session, view)),
      ),
      {
        onSuccess: () => Effect.void,
        onFailure: (error) => failed(session, "UploadFailed", upload.id, error),
      },
    ).pipe(Effect.ensuring(Effect.sync(() => transfersOf(session).forget(upload))))
  }

  /** Where it is not whole its sender wants it so, for now. */
  const uploaded = (session: Session, { id, mediaType, name, sha256, size, whole }: UploadView): void => {
    if (whole && sha256 !== undefined) say(session, renderFiles.uploaded({ id, mediaType, name, sha256, size }))
  }

  /**
   * How far a file has come. Another session may still be sending it whose connection is lost: it yields first, so that what
   * it had is counted.
   */
  const reached = (
    session: Session,
    caller: SessionCaller,
    { channel, file }: Pick<ClientFrameOf<"ResumeUpload">, "channel" | "file">,
  ): Effect.Effect<UploadView, RequestError> => {
    const { chat } = session.services
    const described = files.describeUpload(chat, caller, { channel, file })
    return Effect.flatMap(described, (view) => {
      // To its end it is brought where that need not be quick.
      if (view.whole || view.received === view.size) return Effect.succeed(view)
      const nothing = { channel, file, offset: view.received, bytes: Stream.empty }
      return Effect.catchIf(
        files.appendUpload(chat, caller, nothing),
        ({ reason }) => reason === "WrongOffset",
        () => described,
      )
    })
  }

  const begin = (
    session: Session,
    caller: SessionCaller,
    { channel, ref }: Pick<ClientFrameOf<"StartUpload">, "channel" | "ref">,
    view: UploadView,
  ): Effect.Effect<void, RequestError> => {
    const { uploads } = transfersOf(session)
    // Others may have begun in other channels meanwhile.
    if (!view.whole && uploads.size >= atOnce) return Effect.fail(tooMany())
    const { windows } = session.services.chat.files ?? {}
    const window = windows?.take(view.size - view.received) ?? 0
    if (windows === undefined || window === 0) return Effect.fail(noRoom())
    tell.answer(session, renderFiles.upload(ref, channel, view, { chunk, window }))
    if (view.whole) {
      windows.give(window, undefined)
      return Effect.sync(() => uploaded(session, view))
    }
    const still = new Checking(session, files.describeUpload(session.services.chat, caller, { channel, file: view.id }))
    const upload = new Upload(view, { window, windows }, still)
    uploads.set(view.id, upload)
    const taken = Effect.ensuring(
      taking(session, caller, { channel, upload }),
      Effect.sync(() => upload.release()),
    )
    return Effect.map(
      Effect.forkChild(keeping(upload, taken), { startImmediately: true }),
      (fiber) => void (upload.fiber = fiber),
    )
  }

  const forgotten = ({ services }: Session, { id }: UploadView): Effect.Effect<void> =>
    Effect.ignore(services.chat.files?.remove(id) ?? Effect.void)

  /** Sends a piece of a file in chunks; waits where the reader, or its connection, has no room for more. */
  const send = (
    session: Session,
    download: Download,
    piece: Uint8Array,
    from = 0,
  ): Effect.Effect<void, RequestError> => {
    const { connection, outbox, services } = session
    const { pace } = services.chat.files ?? {}
    let at = from
    const go = Effect.suspend(() => send(session, download, piece, at))
    while (at < piece.length) {
      const data = piece.subarray(at, at + chunk)
      if (download.still.isDue) return Effect.andThen(download.still.look(), go)
      if (!download.hasRoom(data.length)) return Effect.andThen(download.room(data.length), go)
      const frame = tell.encode({ type: "FileChunk", file: download.id, offset: download.at, data }, download.memory)
      if (!outbox.offer("files", frame, frame.byteLength)) return Effect.andThen(room(outbox), go)
      // Chat goes in between any two chunks.
      outbox.flush()
      if (connection.copies !== true || connection.backlog() > 0) download.memory = new FrameMemory()
      download.at += data.length
      at += data.length
      if (pace?.isEnough(data.length) === true) return Effect.andThen(pace.next, go)
    }
    return Effect.void
  }

  const sending = (session: Session, opened: OpenedFile, download: Download): Effect.Effect<void, RequestError> =>
    Stream.runForEach(opened.read({ from: download.at, to: download.size }, true), (piece) =>
      Effect.suspend(() => send(session, download, piece)),
    ).pipe(Effect.andThen(Effect.suspend(() => download.reached(download.size))))

  const open = (
    session: Session,
    caller: SessionCaller,
    { channel, file, offset = 0, ref }: ClientFrameOf<"Download">,
  ): Effect.Effect<void, RequestError> => {
    const { chat } = session.services
    const opening = files.openFile(chat, caller, { channel, file })
    return Effect.flatMap(opening, (opened) => {
      if (offset > opened.size) {
        return Effect.fail(new RequestError({ reason: "WrongOffset", field: "offset", detail: "The file ends before" }))
      }
      const { downloads } = transfersOf(session)
      if (offset < opened.size && downloads.size >= atOnce) return Effect.fail(tooMany())
      tell.answer(session, renderFiles.opened(ref, opened, { offset, window }))
      if (offset === opened.size) return Effect.void
      const download = new Download(opened, offset, new Checking(session, opening))
      downloads.set(file, download)
      const all = sending(session, opened, download)
      const told = Effect.catch(orInternal("a download", all), (error) =>
        failed(session, "DownloadFailed", file, error),
      )
      const ending = Effect.sync(() => {
        if (downloads.get(file) === download) downloads.delete(file)
      })
      // Begun at once: closed right behind this it has to end as any other.
      return Effect.map(
        Effect.forkChild(Effect.ensuring(told, ending), { startImmediately: true }),
        (fiber) => void (download.fiber = fiber),
      )
    })
  }

  return {
    StartUpload: forUser((session, frame, caller) => {
      if (transfersOf(session).uploads.size >= atOnce) return Effect.fail(tooMany())
      const { channel, media_type: mediaType, name, sha256, size } = frame
      return Effect.flatMap(
        files.startUpload(session.services.chat, caller, { channel, name, size, mediaType, sha256 }),
        // One that is not begun is nobody's: its sender does not know which file it is.
        (view) => Effect.tapError(begin(session, caller, frame, view), () => forgotten(session, view)),
      )
    }),
    ResumeUpload: forUser((session, frame, caller) => {
      const { uploads } = transfersOf(session)
      return Effect.flatMap(stopped(uploads.get(frame.file)), () => {
        if (uploads.size >= atOnce) return Effect.fail(tooMany())
        return Effect.flatMap(reached(session, caller, frame), (view) => begin(session, caller, frame, view))
      })
    }),
    UploadChunk: (session, { data, file, offset }) => {
      if (session.caller === undefined) return Effect.fail(session.overLimit() ?? notAuthenticated())
      const own = transfersOf(session)
      const upload = own.uploads.get(file)
      const { length } = data
      if (length < smallest && (upload === undefined || offset + length !== upload.size)) {
        const limited = session.overLimit()
        if (limited !== undefined) return Effect.fail(limited)
      }
      if (upload === undefined) {
        if (length <= own.late) {
          own.late -= length
          return Effect.void
        }
        return Effect.fail(session.overLimit() ?? new RequestError({ reason: "NoSuchFile", field: "file" }))
      }
      if (length === 0) {
        own.forget(upload)
        upload.pause()
        return Effect.void
      }
      const end = (error: RequestError): void => {
        own.forget(upload)
        upload.fail(error)
      }
      const error = upload.take(offset, data)
      if (error !== undefined) {
        session.violation()
        end(error)
      }
      const { pace } = session.services.chat.files ?? {}
      const turn = pace?.isEnough(length) === true ? pace.next : Effect.void
      if (!upload.still.isDue) return turn
      // Where its channel stands still, nothing else of the session waits for that.
      const looked = Effect.catch(upload.still.look(), (error) => Effect.sync(() => end(error)))
      return Effect.andThen(Effect.forkChild(looked, { startImmediately: true }), turn)
    },
    CancelUpload: forUser((session, frame, caller) =>
      Effect.flatMap(stopped(transfersOf(session).uploads.get(frame.file)), () =>
        Effect.map(files.cancelUpload(session.services.chat, caller, frame), () =>
          tell.answer(session, render.ok(frame.ref)),
        ),
      ),
    ),
    Download: forUser((session, frame, caller) => {
      const { downloads } = transfersOf(session)
      return Effect.flatMap(stopped(downloads.get(frame.file)), () =>
        downloads.size >= atOnce ? Effect.fail(tooMany()) : open(session, caller, frame),
      )
    }),
    FileAck: (session, { file, offset }) => {
      const download = transfersOf(session).downloads.get(file)
      const isEnough =
        download !== undefined &&
        offset > download.acknowledged &&
        (offset - download.acknowledged >= acknowledged || offset === download.size)
      const limited = isEnough ? undefined : session.overLimit()
      if (limited !== undefined) return Effect.fail(limited)
      // Where it has ended, or was opened anew, what is still said of it is passed over.
      if (download !== undefined && offset > download.acknowledged && offset <= download.size) {
        download.acknowledge(offset)
      }
      return Effect.void
    },
    CloseDownload: forUser((session, { file, ref }) =>
      Effect.map(stopped(transfersOf(session).downloads.get(file)), () => tell.answer(session, render.ok(ref))),
    ),
  }
}
