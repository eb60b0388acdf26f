/** Sends and saves files: between the client and this machine. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Client } from "../../client/Client.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import type { Action, FileIntent } from "../Action.ts"
import type { LocalFiles } from "../LocalFiles.ts"
import { explained } from "./advice.ts"

/** Milliseconds between two times that it is told how far a file is. */
const tellEvery = 100

interface Running {
  readonly fiber: Fiber.Fiber<void>
  /** Where the server has it, once it does. */
  upload?: { readonly channel: string; readonly file: string }
}

export class Transfers {
  private readonly running = new Map<number, Running>()
  private readonly client: Effect.Effect<Client>
  private readonly files: LocalFiles
  private readonly dispatch: (action: Action) => void
  private readonly start: (effect: Effect.Effect<void>) => Fiber.Fiber<void>

  constructor(around: {
    /** The client, once there is one. */
    readonly client: Effect.Effect<Client>
    readonly files: LocalFiles
    readonly dispatch: (action: Action) => void
    readonly start: (effect: Effect.Effect<void>) => Fiber.Fiber<void>
  }) {
    this.client = around.client
    this.files = around.files
    this.dispatch = around.dispatch
    this.start = around.start
  }

  handle(intent: FileIntent): void {
    const { transfer } = intent
    switch (intent._tag) {
      case "SendFile":
        return this.run(transfer, this.send(intent))
      case "GetFile":
        return this.run(transfer, this.get(intent))
      case "CancelTransfer": {
        const found = this.running.get(transfer)
        if (found !== undefined) this.start(Effect.andThen(Fiber.interrupt(found.fiber), this.forget(found)))
      }
    }
  }

  private run<E extends { readonly message: string }>(transfer: number, doing: Effect.Effect<Action, E>): void {
    const failed = (error: E): Action => ({ _tag: "TransferFailed", transfer, why: explained(error) })
    const fiber = this.start(
      // It begins when it is known here, however soon it ends.
      Effect.andThen(Effect.yieldNow, doing).pipe(
        Effect.match({ onSuccess: (action) => action, onFailure: failed }),
        Effect.map((action) => this.dispatch(action)),
        Effect.ensuring(Effect.sync(() => this.running.delete(transfer))),
      ),
    )
    this.running.set(transfer, { fiber })
  }

  /** What has come to the server of a file that is not to come after all does not wait for the rest. */
  private forget({ upload }: Running): Effect.Effect<void> {
    if (upload === undefined) return Effect.void
    return Effect.flatMap(this.client, (client) => Effect.ignore(client.cancelUpload(upload.channel, upload.file)))
  }

  private send({ channel, path, transfer }: Extract<FileIntent, { readonly _tag: "SendFile" }>) {
    return Effect.gen({ self: this }, function* () {
      const source = yield* this.files.open(path)
      const { name, size } = source
      this.dispatch({ _tag: "TransferBegun", transfer, name, size })
      const client = yield* this.client
      const onProgress = yield* this.progress(transfer)
      const onStarted = (file: string): void => {
        const running = this.running.get(transfer)
        if (running !== undefined) running.upload = { channel, file }
      }
      const file = yield* client.upload(channel, source, { onProgress, onStarted })
      return { _tag: "Uploaded", transfer, file } as const
    })
  }

  private get({ channel, file, to, transfer }: Extract<FileIntent, { readonly _tag: "GetFile" }>) {
    return Effect.gen({ self: this }, function* () {
      const client = yield* this.client
      const onProgress = yield* this.progress(transfer)
      const { attachment, bytes } = yield* client.download(channel, file.id, { onProgress })
      const { name, size } = attachment
      this.dispatch({ _tag: "TransferBegun", transfer, name, size })
      const path = yield* this.files.save({ name, to, bytes })
      return { _tag: "Downloaded", transfer, path } as const
    }).pipe(Effect.scoped)
  }

  /** Tells how far it is, now and then, and at its end. */
  private progress(transfer: number): Effect.Effect<(bytes: number, size: number) => void> {
    return Effect.map(Clock.Clock, (clock) => {
      let told = Number.NEGATIVE_INFINITY
      return (bytes, size) => {
        const ticks = Monotonic.millis(clock)
        if (ticks - told < tellEvery && bytes < size) return
        told = ticks
        this.dispatch({ _tag: "TransferMoved", transfer, bytes, ticks })
      }
    })
  }
}
