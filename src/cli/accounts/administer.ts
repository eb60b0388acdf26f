import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import type * as Redacted from "effect/Redacted"
import type { Accounts } from "../../accounts/Accounts.ts"
import * as Logging from "../../observability/Logging.ts"
import { accountsLayer } from "../../server/Storage.ts"
import type { ServerSettings } from "../../server/ServerSettings.ts"
import { askNewPassword } from "./askNewPassword.ts"
import { type SettingFlags, loadSettings } from "../settingFlags.ts"

class NoDataFolder extends Data.TaggedError("NoDataFolder")<{ readonly folder: string }> {
  override get message(): string {
    return `there are no accounts in ${this.folder}: give the folder that the server uses with --data or NATTER_DATA`
  }
}

const requireFolder = Effect.fnUntraced(function* ({ data }: ServerSettings) {
  const fs = yield* FileSystem.FileSystem
  const { resolve } = yield* Path.Path
  const there = yield* Effect.orElseSucceed(fs.exists(data), () => false)
  if (!there) return yield* new NoDataFolder({ folder: resolve(data) })
})

interface Options {
  /** Whether to make the folder where it does not exist. Otherwise that is an error, most likely a typing mistake. */
  readonly make: boolean
}

const accountsOf = Effect.fnUntraced(function* (given: SettingFlags, options: Options | undefined) {
  const { settings } = yield* loadSettings(given)
  if (options?.make !== true) yield* requireFolder(settings)
  return Layer.provideMerge(accountsLayer(settings), Logging.layer({ level: "warn", format: "auto" }))
})

/**
 * Works on the accounts of the data folder, whether a server runs on it or not: a running server notices changes within
 * seconds.
 */
export const administer = <A, E, R>(given: SettingFlags, use: Effect.Effect<A, E, R | Accounts>, options?: Options) =>
  Effect.flatMap(accountsOf(given, options), (layer) => Effect.provide(use, layer))

/** The same with a new password for `name`. Until the password is known, the folder is not touched. */
export const administerWithPassword = <A, E, R>(
  given: SettingFlags & { readonly name: string },
  use: (password: Redacted.Redacted) => Effect.Effect<A, E, R | Accounts>,
  options?: Options,
) =>
  Effect.gen(function* () {
    const layer = yield* accountsOf(given, options)
    const password = yield* askNewPassword(given.name)
    return yield* Effect.provide(use(password), layer)
  })
