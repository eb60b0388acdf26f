/** Accounts in a data folder, whether a service runs on it or not: a running service notices changes within seconds. */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as Stream from "effect/Stream"
import { Accounts } from "../../accounts/Accounts.ts"
import type { Token } from "../../accounts/Token.ts"
import * as Logging from "../../observability/Logging.ts"
import type { ServerSettings } from "../../server/ServerSettings.ts"
import { accountsLayer } from "../../server/Storage.ts"
import { loadSettings, type SettingFlags } from "../settingFlags.ts"
import type { Administration, ListedToken } from "./Administration.ts"

class NoDataFolder extends Data.TaggedError("NoDataFolder")<{ readonly folder: string }> {
  override get message(): string {
    return `there are no accounts in ${this.folder}: give the folder that the server uses with --data or NATTER_DATA, or with --address a service that runs, which you administer`
  }
}

const requireFolder = Effect.fnUntraced(function* ({ data }: ServerSettings) {
  const fs = yield* FileSystem.FileSystem
  const { resolve } = yield* Path.Path
  const there = yield* Effect.orElseSucceed(fs.exists(data), () => false)
  if (!there) return yield* new NoDataFolder({ folder: resolve(data) })
})

export interface FolderOptions {
  /** Whether to make the folder where it does not exist. Otherwise that is an error, most likely a typing mistake. */
  readonly make: boolean
}

const stateOf = ({ expiresAt, revokedAt }: Token, now: number): ListedToken["state"] => {
  if (revokedAt !== null) return "revoked"
  return (expiresAt ?? Infinity) > now ? "live" : "expired"
}

const administration = (accounts: Accounts["Service"]): Administration => ({
  ...accounts,
  users: Stream.runCollect(accounts.list),
  tokens: Effect.fnUntraced(function* (name) {
    const now = yield* Clock.currentTimeMillis
    const names = new Map((yield* Stream.runCollect(accounts.list)).map(({ id, name }) => [id, name]))
    const tokens = yield* Stream.runCollect(accounts.tokens(name))
    return tokens.map((token) => ({
      ...token,
      user: names.get(token.userId) ?? token.userId,
      state: stateOf(token, now),
    }))
  }),
})

/** The way to them; the folder is not touched until it is gone. */
export const folder = Effect.fnUntraced(function* (given: SettingFlags, options: FolderOptions | undefined) {
  const { settings } = yield* loadSettings(given)
  if (options?.make !== true) yield* requireFolder(settings)
  const layer = Layer.provideMerge(accountsLayer(settings), Logging.layer({ level: "warn", format: "auto" }))
  return <A, E, R>(use: (accounts: Administration) => Effect.Effect<A, E, R>) =>
    Effect.provide(
      Effect.flatMap(Accounts, (accounts) => use(administration(accounts))),
      layer,
    )
})
