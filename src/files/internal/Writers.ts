import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { FileId } from "../../domain/FileId.ts"
import { RequestError } from "../../domain/RequestError.ts"

interface Writer {
  readonly yields: Deferred.Deferred<never, RequestError>
  readonly done: Deferred.Deferred<void>
}

/**
 * One sender of a file at a time. The next one takes the place of the one before, whose connection may be lost without
 * anybody knowing yet.
 */
export class Writers {
  // As many as there are files that are being sent.
  private readonly writing = new Map<FileId, Writer>()

  /** Runs it once the writer before has ended. `yields` fails as soon as another comes. */
  take<A>(
    id: FileId,
    write: (yields: Effect.Effect<never, RequestError>) => Effect.Effect<A, RequestError>,
  ): Effect.Effect<A, RequestError> {
    return Effect.suspend(() => {
      const before = this.writing.get(id)
      const own: Writer = { yields: Deferred.makeUnsafe(), done: Deferred.makeUnsafe() }
      this.writing.set(id, own)
      const ended =
        before === undefined
          ? Effect.void
          : Effect.andThen(
              Deferred.fail(before.yields, new RequestError({ reason: "UploadTaken" })),
              Deferred.await(before.done),
            )
      const yields = Deferred.await(own.yields)
      return Effect.raceFirst(ended, yields).pipe(
        Effect.andThen(Effect.suspend(() => write(yields))),
        Effect.ensuring(
          Effect.suspend(() => {
            if (this.writing.get(id) === own) this.writing.delete(id)
            return Deferred.succeed(own.done, undefined)
          }),
        ),
      )
    })
  }
}
