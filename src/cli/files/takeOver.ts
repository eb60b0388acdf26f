/** What `natter files take-over` does. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { FileRecords } from "../../files/FileRecords.ts"
import { FileStore } from "../../files/FileStore.ts"
import { ownerOf, takeOver as take } from "../../files/StoreOwner.ts"
import * as Logging from "../../observability/Logging.ts"
import { filesLayer } from "../../server/Storage.ts"
import { loadSettings, type SettingFlags } from "../settingFlags.ts"
import { userError } from "../userError.ts"

export const takeOver = Effect.fnUntraced(function* (given: SettingFlags) {
  const { settings } = yield* loadSettings(given)
  const { data, fileStore, storage } = settings
  if (storage.kind === "memory") return yield* userError("storage is memory: there are no files that stay")
  const folder = fileStore.folder === "" ? `${data}/files` : fileStore.folder
  const place = fileStore.kind === "s3" ? `${fileStore.s3.bucket}/${fileStore.s3.prefix}` : folder
  yield* Effect.gen(function* () {
    const store = yield* FileStore
    const records = yield* FileRecords
    const before = yield* ownerOf(store, records)
    if (before !== "this") yield* take(store, records)
    yield* Console.error(
      before === "this"
        ? `What is kept in ${place} is this database's already`
        : `What is kept in ${place} is this database's now: what it does not know is removed within a day, or when the service is started again`,
    )
  }).pipe(
    Effect.provide(Layer.provideMerge(filesLayer(settings), Logging.layer({ level: "warn", format: "auto" }))),
    Effect.catchTag("FileStoreError", ({ cause }) =>
      userError(
        `${place} cannot be reached: ${cause instanceof Error ? cause.message : String(cause)} (natter doctor says more)`,
      ),
    ),
  )
})
