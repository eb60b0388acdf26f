import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type { Disconnect } from "../../domain/Disconnect.ts"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import type { FrameMemory } from "../../protocol/FrameMemory.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { FileFrame } from "../Event.ts"

type Heard = ServerFrameOf<"FileChunk" | "DownloadFailed">
type Told = ServerFrameOf<"UploadProgress" | "Uploaded" | "UploadFailed">
export type Saying = ClientFrameOf<"UploadChunk" | "FileAck" | "CloseDownload">

export type Inbox<Frame> = Queue.Queue<Frame, Disconnect>

/** Time that the network has to take the last of a file. */
const patience = Duration.seconds(1)

/** What a session hears of files, for those who send and read them. What waits is bounded by the server's window. */
export class SessionFiles {
  /**
   * Sends frames that have no answer. Waits while the network takes nothing; fails when the session has ended. They are
   * written to `memory`, where it is given, which is free again then.
   */
  readonly send: (frames: ReadonlyArray<Saying>, memory?: FrameMemory) => Effect.Effect<void, Disconnect>
  private readonly uploads = new Map<string, Inbox<Told>>()
  private readonly downloads = new Map<string, Inbox<Heard>>()
  private over: Disconnect | undefined

  constructor(send: SessionFiles["send"]) {
    this.send = send
  }

  /** The last that is said of a file: not waited for where the network takes nothing. */
  sendLast(frame: Saying): Effect.Effect<void> {
    // Whoever has no use for a file any more may be interrupted already: only others can still be.
    return Effect.raceFirst(
      Effect.interruptible(Effect.ignore(this.send([frame]))),
      Effect.interruptible(Effect.sleep(patience)),
    )
  }

  /** The answer to whoever does not wait for it any more: the server has few places, and is to have this one back. */
  giveUp(frame: ServerFrameOf<"Upload" | "Opened">): Effect.Effect<void> {
    const { file, offset, type } = frame
    // Whoever has asked for the file again since has taken its place already.
    if (type === "Upload") {
      const nothing = new Uint8Array(0)
      return this.uploads.has(file) ? Effect.void : this.sendLast({ type: "UploadChunk", file, offset, data: nothing })
    }
    return this.downloads.has(file) ? Effect.void : this.sendLast({ type: "CloseDownload", file })
  }

  /** What the server says of an upload; from its answer on, so that nothing is missed. */
  upload(file: string): Effect.Effect<Inbox<Told>> {
    return Effect.suspend(() => {
      const known = this.uploads.get(file)
      return known === undefined ? this.opened(this.uploads, file) : Effect.succeed(known)
    })
  }

  /** To be asked for before the download is: what comes of it then is heard. */
  download(file: string): Effect.Effect<Inbox<Heard>> {
    return this.opened(this.downloads, file)
  }

  /** Nobody wants to hear of it any more. */
  forget(kind: "uploads" | "downloads", file: string): void {
    this[kind].delete(file)
  }

  hear(frame: FileFrame | ServerFrameOf<"Upload">): Effect.Effect<void> {
    switch (frame.type) {
      // What follows may come before whoever has asked knows which file it is.
      case "Upload":
        return Effect.asVoid(this.upload(frame.file))
      case "UploadProgress":
      case "Uploaded":
      case "UploadFailed": {
        const inbox = this.uploads.get(frame.file)
        if (inbox !== undefined) Queue.offerUnsafe(inbox, frame)
        return Effect.void
      }
      case "FileChunk":
      case "DownloadFailed": {
        const inbox = this.downloads.get(frame.file)
        if (inbox !== undefined) Queue.offerUnsafe(inbox, frame)
        return Effect.void
      }
    }
  }

  /** Those who wait are told so, behind what has come. */
  end(because: Disconnect): void {
    this.over = because
    for (const inbox of this.uploads.values()) Queue.failCauseUnsafe(inbox, Cause.fail(because))
    for (const inbox of this.downloads.values()) Queue.failCauseUnsafe(inbox, Cause.fail(because))
  }

  private opened<Frame>(inboxes: Map<string, Inbox<Frame>>, file: string): Effect.Effect<Inbox<Frame>> {
    return Effect.map(Queue.unbounded<Frame, Disconnect>(), (inbox) => {
      inboxes.set(file, inbox)
      if (this.over !== undefined) Queue.failCauseUnsafe(inbox, Cause.fail(this.over))
      return inbox
    })
  }
}
