/** One sender of a file at a time, in whichever thread of the service it is. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { FileId } from "../domain/FileId.ts"
import type { RequestError } from "../domain/RequestError.ts"
import { Writers } from "./internal/Writers.ts"

export interface FileTurnsShape {
  /** Files that are being sent in this thread. */
  readonly size: number
  /** Runs it once the sender before has ended. `yields` fails as soon as another comes. */
  readonly take: <A>(
    id: FileId,
    write: (yields: Effect.Effect<never, RequestError>) => Effect.Effect<A, RequestError>,
  ) => Effect.Effect<A, RequestError>
}

/** Of those who ask for their turns here. */
export const make = (): FileTurnsShape => new Writers()

/** Undefined where all of them are in this thread. */
export const FileTurns = Context.Reference<FileTurnsShape | undefined>("natter/files/FileTurns", {
  defaultValue: () => undefined,
})
