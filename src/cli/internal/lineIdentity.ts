/** Which server, and who one is there. */
import type * as CliError from "effect/cli/CliError"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Stdio from "effect/Stdio"
import type * as Terminal from "effect/Terminal"
import * as Address from "../../client/Address.ts"
import type { Credentials } from "../../client/Connection.ts"
import { userError } from "./lineError.ts"
import type { Given } from "./lineFlags.ts"
import { askHidden } from "./linePassword.ts"

export const parseAddress = (text: string) =>
  Effect.mapError(Effect.fromResult(Address.parse(text)), (hint) => userError(`${text} is not an address: ${hint}`))

/** The server that was named, or the default one. */
export const addressOf = (given: Option.Option<string>) =>
  Option.match(given, { onNone: () => Effect.succeed(Address.local), onSome: parseAddress })

/** Whether a word is meant as an address, where it could also be something else. */
export const looksLikeAddress = (word: string): boolean =>
  Result.isSuccess(Address.parse(word)) || Address.isBareIPv6(word)

/** Undefined where it is not set, or empty. */
const variable = (name: string): Effect.Effect<string | undefined> =>
  Config.String(name).pipe(
    Effect.map((value) => value || undefined),
    Effect.orElseSucceed(() => undefined),
  )

/**
 * A name's password: NATTER_PASSWORD, or asked for on a terminal. Without one nothing is tried: the server would count it
 * as a failed login, and a few of those lock the account.
 */
const withPassword = Effect.fnUntraced(function* (username: string, given: Given, address: Address.Address) {
  const invite = Option.getOrUndefined(given.invite)
  const known = yield* variable("NATTER_PASSWORD")
  if (known !== undefined) return { username, password: Redacted.make(known), invite }
  const { stdinIsTerminal } = yield* Stdio.Stdio
  if (!(yield* stdinIsTerminal)) {
    return yield* userError(
      "there is no terminal to ask for the password on: set NATTER_PASSWORD, or sign in with a token, by NATTER_TOKEN or --token",
    )
  }
  const password = yield* askHidden(`Password of ${username} on ${Address.format(address)}: `)
  if (Redacted.value(password) === "") return yield* userError("a password is needed")
  return { username, password, invite }
})

/** Who signs in: what a flag says counts for more than the environment, and a token for more than a name. */
export const credentials = Effect.fnUntraced(function* (
  given: Given,
  address: Address.Address,
): Effect.fn.Return<Credentials, CliError.UserError | Terminal.QuitError, Stdio.Stdio> {
  if (Option.isSome(given.token)) return { token: given.token.value }
  if (Option.isSome(given.name)) return yield* withPassword(given.name.value, given, address)
  const token = yield* variable("NATTER_TOKEN")
  if (token !== undefined) return { token: Redacted.make(token) }
  const name = yield* variable("NATTER_NAME")
  if (name !== undefined) return yield* withPassword(name, given, address)
  return yield* userError("say who you are: --name NAME, or NATTER_NAME")
})
