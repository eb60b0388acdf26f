/** What `natter backup` and `natter restore` do. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Backup from "../../storage/Backup.ts"
import { DataFolder } from "../../storage/DataFolder.ts"
import { loadSettings, type SettingFlags } from "../settingFlags.ts"
import { userError } from "../userError.ts"

interface Flags extends SettingFlags {
  readonly file: string
}

const folderOf = Effect.fnUntraced(function* (given: SettingFlags) {
  const { settings } = yield* loadSettings(given)
  if (settings.storage.kind === "postgres") {
    return yield* userError("storage is postgres, which has its own tools: pg_dump and pg_restore (docs/BACKUP.md)")
  }
  return settings.data
})

const holding = ({ accounts, bytes, channels, messages }: Backup.Contents): string =>
  `${accounts} accounts, ${channels} channels, ${messages} messages, ${Math.ceil(bytes / 1024)} KiB`

export const backup = Effect.fnUntraced(function* (given: Flags) {
  const made = yield* Backup.backup(yield* folderOf(given), given.file)
  yield* Console.error(`${given.file} is whole: ${holding(made)}`)
})

export const restore = Effect.fnUntraced(function* (given: Flags & { readonly incomplete: boolean }) {
  const data = yield* folderOf(given)
  const folder = DataFolder.layer(data).pipe(Layer.provide([NodeFileSystem.layer, NodePath.layer]))
  const { replaced, ...restored } = yield* Backup.restore(given.file, given).pipe(Effect.scoped, Effect.provide(folder))
  const before = replaced === undefined ? "" : `; what was there before is in ${replaced}`
  yield* Console.error(`${data} has ${holding(restored)}${before}`)
})
