/** What `natter backup` and `natter restore` do. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ServerSettings } from "../../server/ServerSettings.ts"
import * as Backup from "../../storage/Backup.ts"
import { DataFolder } from "../../storage/DataFolder.ts"
import { loadSettings, type SettingFlags } from "../settingFlags.ts"
import { userError } from "../userError.ts"

interface Flags extends SettingFlags {
  readonly file: string
}

const settingsOf = Effect.fnUntraced(function* (given: SettingFlags) {
  const { settings } = yield* loadSettings(given)
  if (settings.storage.kind === "postgres") {
    return yield* userError("storage is postgres, which has its own tools: pg_dump and pg_restore (docs/BACKUP.md)")
  }
  return settings
})

/** Where the bytes are of files that people sent: they are in no copy of the database. */
const placeOfFiles = ({ data, fileStore: { folder, kind, s3 } }: ServerSettings): string => {
  if (kind === "s3") return `the bucket ${s3.bucket}`
  return folder === "" ? `${data}/files` : folder
}

const holding = ({ accounts, bytes, channels, messages }: Backup.Contents): string =>
  `${accounts} accounts, ${channels} channels, ${messages} messages, ${Math.ceil(bytes / 1024)} KiB`

export const backup = Effect.fnUntraced(function* (given: Flags) {
  const settings = yield* settingsOf(given)
  const made = yield* Backup.backup(settings.data, given.file)
  yield* Console.error(`${given.file} is whole: ${holding(made)}`)
  if (made.files === 0) return
  yield* Console.error(
    `The bytes of ${made.files} files are not in it: copy ${placeOfFiles(settings)} as well (docs/BACKUP.md)`,
  )
})

export const restore = Effect.fnUntraced(function* (given: Flags & { readonly incomplete: boolean }) {
  const settings = yield* settingsOf(given)
  const { data } = settings
  const folder = DataFolder.layer(data).pipe(Layer.provide([NodeFileSystem.layer, NodePath.layer]))
  const { replaced, ...restored } = yield* Backup.restore(given.file, given).pipe(Effect.scoped, Effect.provide(folder))
  const before = replaced === undefined ? "" : `; what was there before is in ${replaced}`
  yield* Console.error(`${data} has ${holding(restored)}${before}`)
  if (restored.files === 0) return
  yield* Console.error(
    `The bytes of ${restored.files} files are not from it: they have to be in ${placeOfFiles(settings)} before the service starts (docs/BACKUP.md)`,
  )
})
