// Accounts with tokens, for those who are to sign in by one: made once, for all rounds. Their passwords are hashed at
// next to no cost, since nobody signs in by them.
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { Accounts } from "../../src/accounts/Accounts.ts"
import { PasswordHash } from "../../src/accounts/PasswordHash.ts"
import { defaults } from "../../src/server/ServerSettings.ts"
import { accountsLayer } from "../../src/server/Storage.ts"
import { memberName } from "./Message.ts"

/** Where they are. */
export interface Tokens {
  /** A data folder that has the accounts. */
  readonly folder: string
  /** A file with a name and its token in each line. */
  readonly file: string
}

const cheapHashes = { memory: 64, passes: 1, parallelism: 1, atOnce: 2, maxWaiting: 256 }

/** Makes so many accounts and a token for each; all is gone when the scope closes. */
export const make = Effect.fnUntraced(function* (count: number) {
  const files = yield* FileSystem.FileSystem
  const folder = yield* files.makeTempDirectoryScoped({ prefix: "natter-bench-" })
  const tokens: Tokens = { folder: `${folder}/data`, file: `${folder}/tokens` }
  const settings = { ...defaults, data: tokens.folder }
  const lines = yield* Effect.gen(function* () {
    const accounts = yield* Accounts
    return yield* Effect.forEach(
      Array.from({ length: count }, (_, index) => memberName(index)),
      Effect.fnUntraced(function* (name) {
        yield* accounts.add({ name, password: Redacted.make("x"), role: "member" })
        const { token } = yield* accounts.createToken(name)
        return `${name} ${Redacted.value(token)}`
      }),
      { concurrency: 8 },
    )
  }).pipe(
    Effect.provide(accountsLayer(settings).pipe(Layer.provide(Layer.succeed(PasswordHash.Settings, cheapHashes)))),
    Effect.provideService(References.MinimumLogLevel, "Warn"),
  )
  yield* files.writeFileString(tokens.file, lines.join("\n"))
  return tokens
})
