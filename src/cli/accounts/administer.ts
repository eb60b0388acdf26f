import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type { ApiFlags } from "../apiFlags.ts"
import type { SettingFlags } from "../settingFlags.ts"
import { userError } from "../userError.ts"
import type { Administration } from "./Administration.ts"
import { askNewPassword } from "../askNewPassword.ts"
import type { FolderOptions } from "./folder.ts"

/** Whose accounts: those of a folder or, with an address, of a service. */
export interface Where extends SettingFlags {
  readonly api: Omit<ApiFlags, "json">
  readonly json: boolean
}

/** Each way takes a while to load. */
const wayTo = Effect.fnUntraced(function* (given: Where, options: FolderOptions | undefined) {
  const { address, name, token } = given.api
  if (Option.isSome(address)) {
    const { service } = yield* Effect.promise(() => import("./service.ts"))
    return yield* service({ ...given.api, json: given.json })
  }
  if (Option.isSome(name) || Option.isSome(token)) {
    return yield* userError("--name and --token are for a service that runs: say with --address where it is")
  }
  const { folder } = yield* Effect.promise(() => import("./folder.ts"))
  return yield* folder(given, options)
})

export const administer = <A, E, R>(
  given: Where,
  use: (accounts: Administration) => Effect.Effect<A, E, R>,
  options?: FolderOptions,
) => Effect.scoped(Effect.flatMap(wayTo(given, options), (way) => way(use)))

/** The same with a new password for `name`, before anything is touched. */
export const administerWithPassword = <A, E, R>(
  given: Where & { readonly name: string },
  use: (accounts: Administration, password: Redacted.Redacted) => Effect.Effect<A, E, R>,
  options?: FolderOptions,
) =>
  Effect.gen(function* () {
    const way = yield* wayTo(given, options)
    const password = yield* askNewPassword(given.name)
    return yield* way((accounts) => use(accounts, password))
  }).pipe(Effect.scoped)
