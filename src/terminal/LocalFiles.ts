/** The files of this machine, as the terminal client is given them. */
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { FileSource } from "../client/Files.ts"

/** A file here could not be read or written: why, and what to do. */
export class LocalTrouble extends Data.TaggedError("LocalTrouble")<{ readonly message: string }> {}

export interface LocalFiles {
  /** Finds a file that is to be sent. */
  readonly open: (path: string) => Effect.Effect<FileSource<LocalTrouble>, LocalTrouble>
  /**
   * Writes a file of which others have chosen the name, and the user perhaps the place; tells where it is. Until all of it is
   * there it has another name, and if its bytes fail it is gone. Nothing that is there already is written over.
   */
  readonly save: <E>(file: {
    readonly name: string
    readonly to: string | undefined
    readonly bytes: Stream.Stream<Uint8Array, E>
  }) => Effect.Effect<string, LocalTrouble | E>
  /** The paths that begin so, written in the same way; those of folders end with a slash. */
  readonly complete: (typed: string) => Effect.Effect<ReadonlyArray<string>>
}
