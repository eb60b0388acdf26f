import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import type { Accounts } from "../../accounts/Accounts.ts"
import * as Logging from "../../observability/Logging.ts"
import { accountsLayer } from "../../server/FolderAccounts.ts"
import type { ServerSettings } from "../../server/ServerSettings.ts"
import { type GivenSettings, loadSettings } from "./settingFlags.ts"

class NothingThere extends Data.TaggedError("NothingThere")<{ readonly folder: string }> {
  override get message(): string {
    return `there are no accounts in ${this.folder}: give the folder that the server uses with --data or NATTER_DATA`
  }
}

const requireFolder = Effect.fnUntraced(function* ({ data }: ServerSettings) {
  const fs = yield* FileSystem.FileSystem
  const { resolve } = yield* Path.Path
  const there = yield* Effect.orElseSucceed(fs.exists(data), () => false)
  if (!there) return yield* new NothingThere({ folder: resolve(data) })
})

/**
 * Works on the accounts of the data folder, whether a server runs on it or not: a server sees what changes within
 * seconds. `make`: a folder that is not there is made; otherwise it is taken for a typing mistake.
 */
export const administer = <A, E, R>(
  given: GivenSettings,
  use: Effect.Effect<A, E, R | Accounts>,
  options?: { readonly make: boolean },
) =>
  Effect.gen(function* () {
    const { settings } = yield* loadSettings(given)
    if (options?.make !== true) yield* requireFolder(settings)
    const logging = Logging.layer({ level: "warn", format: "auto" })
    return yield* Effect.provide(use, Layer.provideMerge(accountsLayer(settings), logging))
  })
