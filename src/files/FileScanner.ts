import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { FileRecord } from "./FileRecord.ts"
import type { FileStoreError } from "./FileStoreError.ts"

/** What a scanner says of a file. `unsure` where it could not tell: the file is not taken then, and may be sent again. */
export type Verdict = "clean" | "infected" | "unsure"

/** Looks into a file before anybody may read it. */
export type Scan = (
  file: Pick<FileRecord, "id" | "name" | "size" | "mediaType">,
  bytes: Stream.Stream<Uint8Array, FileStoreError>,
) => Effect.Effect<Verdict>

/** A reference: without a layer nothing is scanned. */
export const FileScanner = Context.Reference<Scan | undefined>("natter/files/FileScanner", {
  defaultValue: () => undefined,
})
