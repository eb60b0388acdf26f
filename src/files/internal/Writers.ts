import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { FileId } from "../../domain/FileId.ts"
import { RequestError } from "../../domain/RequestError.ts"

interface Writer {
  readonly yields: Deferred.Deferred<never, RequestError>
  readonly done: Deferred.Deferred<void>
  /** The one whose place it took, until that has ended. */
  before: Writer | undefined
}

/** It, and those before it: one may have given up waiting for them. */
const ended = (writer: Writer): Effect.Effect<void> =>
  Effect.andThen(
    Deferred.await(writer.done),
    Effect.suspend(() => (writer.before === undefined ? Effect.void : ended(writer.before))),
  )

/**
 * One sender of a file at a time. The next one takes the place of the one before, whose connection may be lost without
 * anybody knowing yet.
 */
export class Writers {
  // As many as there are files that are being sent.
  private readonly writing = new Map<FileId, Writer>()

  get size(): number {
    return this.writing.size
  }

  /** Runs it once the writer before has ended. `yields` fails as soon as another comes. */
  take<A>(
    id: FileId,
    write: (yields: Effect.Effect<never, RequestError>) => Effect.Effect<A, RequestError>,
  ): Effect.Effect<A, RequestError> {
    return Effect.suspend(() => {
      const before = this.writing.get(id)
      const own: Writer = { yields: Deferred.makeUnsafe(), done: Deferred.makeUnsafe(), before }
      this.writing.set(id, own)
      const taking =
        before === undefined
          ? Effect.void
          : Deferred.fail(before.yields, new RequestError({ reason: "UploadTaken" })).pipe(
              Effect.andThen(ended(before)),
              Effect.andThen(Effect.sync(() => void (own.before = undefined))),
            )
      const yields = Deferred.await(own.yields)
      return Effect.raceFirst(taking, yields).pipe(
        Effect.andThen(Effect.suspend(() => write(yields))),
        Effect.ensuring(
          Effect.suspend(() => {
            if (this.writing.get(id) === own) this.leave(id, own)
            return Deferred.succeed(own.done, undefined)
          }),
        ),
      )
    })
  }

  /** One that gave up waiting leaves its place to whom it waited for. */
  private leave(id: FileId, { before }: Writer): void {
    let left = before
    while (left !== undefined && Deferred.isDoneUnsafe(left.done)) left = left.before
    if (left === undefined) this.writing.delete(id)
    else this.writing.set(id, left)
  }
}
