/** Which server to connect to, and how to sign in there. */
import type * as CliError from "effect/cli/CliError"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type * as Path from "effect/Path"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stdio from "effect/Stdio"
import type * as Terminal from "effect/Terminal"
import * as Address from "../client/Address.ts"
import type { Credentials } from "../client/Credentials.ts"
import { printable } from "../client/Printable.ts"
import { quotedName } from "../domain/PlainName.ts"
import type { Role } from "../domain/Role.ts"
import * as Username from "../domain/Username.ts"
import { isForeign } from "../server/ServerConfig.ts"
import { explained, userError } from "./userError.ts"
import type { SignInFlags } from "./connectionFlags.ts"
import { askHidden } from "./askHidden.ts"
import * as NodeDialer from "../client/transport/NodeDialer.ts"
import type { TlsOptions } from "../client/transport/TlsOptions.ts"
import * as ServiceHttp from "./serviceHttp.ts"
import { tlsOptions } from "./tls.ts"
import type { Profile } from "./profiles.ts"
import * as Profiles from "./profiles.ts"

export const parseAddress = (text: string) =>
  Effect.mapError(Effect.fromResult(Address.parse(text)), (hint) => userError(`${text} is not an address: ${hint}`))

/** The server that is given, or else the one that was signed in to last, or else the one on this machine. */
export const addressOf = Effect.fnUntraced(function* (given: Option.Option<string>) {
  if (Option.isSome(given)) return yield* parseAddress(given.value)
  const { default: last } = yield* Profiles.all
  return last === undefined ? Address.local : yield* parseAddress(last)
})

/** Whether a word that may be an address or a message looks like an address. A link is what people say. */
export const looksLikeAddress = (word: string): boolean =>
  (!/^https?:/i.test(word) && Result.isSuccess(Address.parse(word))) || Address.isBareIPv6(word)

/**
 * The value of an environment variable; undefined where it is not set, empty, or set by Docker. What is read from a file
 * often ends with the file's last line break, which nobody could type: it is no part of it.
 */
export const variable = (name: string): Effect.Effect<string | undefined> =>
  Config.String(name).pipe(
    Effect.map((value) => (isForeign(name, value) ? undefined : withoutLineBreak(value) || undefined)),
    Effect.orElseSucceed(() => undefined),
  )

/** The same of one that says who somebody is: empty, it would be taken for whoever signed in last. */
const identifying = Effect.fnUntraced(function* (
  name: string,
): Effect.fn.Return<string | undefined, CliError.UserError> {
  // For `Config` it would not be there.
  if (process.env[name]?.trim() === "") {
    return yield* userError(`${name} is empty: say who you are with it, or unset it`)
  }
  return yield* variable(name)
})

const withoutLineBreak = (text: string): string => text.replace(/[\r\n]+$/, "")

const plain = (secret: Redacted.Redacted): Redacted.Redacted => Redacted.make(withoutLineBreak(Redacted.value(secret)))

/**
 * Asks for the password on the terminal. Without a terminal it fails rather than to try an empty one: the server would
 * count that as a failed login, and a few of those lock the account.
 */
const askPassword = Effect.fnUntraced(function* (username: string, address: Address.Address) {
  const { stdinIsTerminal } = yield* Stdio.Stdio
  if (!(yield* stdinIsTerminal)) {
    return yield* userError(
      "there is no terminal to ask for the password on: set NATTER_PASSWORD, or sign in with a token, by NATTER_TOKEN or --token",
    )
  }
  const password = yield* askHidden(`Password of ${username} on ${Address.format(address)}: `)
  if (Redacted.value(password) === "") return yield* userError("a password is needed")
  return password
})

const Welcome = Schema.Struct({ registration: Schema.Literals(["open", "invite", "closed"]) })

const readWelcome = Schema.decodeUnknownOption(Schema.fromJsonString(Welcome))

/** Who may register at a service, as it says over HTTP; undefined where it does not say. */
const registrationAt = (address: Address.Address, tls: TlsOptions) =>
  // The description of the API is large, and needed here alone.
  Effect.promise(() => import("../http/api/Api.ts")).pipe(
    Effect.flatMap(({ root }) =>
      ServiceHttp.ask(ServiceHttp.targetOf(address), { path: `${root}/service/welcome`, tls, within: 2000 }),
    ),
    Effect.map(({ body }) => Option.getOrUndefined(readWelcome(body))?.registration),
    Effect.orElseSucceed(() => undefined),
  )

/** What is asked of somebody whose password was refused: whether the same once more makes an account, only some know. */
const askAgain = (username: string, registration: "open" | "invite" | "closed" | undefined, isInvited: boolean) => {
  switch (registration) {
    case "closed":
      return { mayRegister: false, question: "New accounts are made by the administrators there. The right password: " }
    case "invite":
      return isInvited
        ? { mayRegister: true, question: `Type it again to register ${username}, or the right one: ` }
        : {
            mayRegister: false,
            question: "A new account needs an invitation there: --invite CODE. The right password: ",
          }
    default:
      return { mayRegister: true, question: `Type it again to register ${username}, or the right one: ` }
  }
}

/** Times that somebody may type a password that is not the right one: the service refuses more after a few. */
const maxTries = 3

/**
 * Asks for the password and tries it. Whether there is an account of that name the service tells nobody, so whoever is refused is
 * asked once more: the same password again makes an account, another one is tried. Where that cannot be tried, as at a service that is
 * not there yet, the first answer counts.
 */
const askAndTry = Effect.fnUntraced(function* (
  given: SignInFlags,
  account: { readonly username: string; readonly invite: Redacted.Redacted | undefined },
  address: Address.Address,
) {
  const { username } = account
  const tls = yield* tlsOptions(given, address)
  // A name that leads nowhere is known before anybody types a secret for it.
  yield* NodeDialer.connect(address, { tls }).pipe(
    Effect.scoped,
    Effect.catchIf(
      ({ reason }) => reason !== "UnknownHost",
      () => Effect.void,
    ),
    explained(address),
  )
  let password = yield* askPassword(username, address)
  let registration: "open" | "invite" | "closed" | undefined
  for (let tries = 1; tries <= maxTries; tries++) {
    const outcome = yield* NodeDialer.connect(address, { tls }).pipe(
      Effect.flatMap((connection) => connection.signIn({ ...account, password, register: false })),
      Effect.scoped,
      Effect.result,
    )
    if (Result.isSuccess(outcome)) {
      const { token } = outcome.success
      // Signed in already: what follows comes back by the token that this gave.
      return token === undefined ? { ...account, password } : { token: Redacted.make(token), own: password }
    }
    const { failure } = outcome
    if (failure.reason !== "InvalidCredentials") return { ...account, password }
    registration ??= yield* registrationAt(address, tls)
    const { mayRegister, question } = askAgain(username, registration, account.invite !== undefined)
    const wrong =
      tries === 1
        ? `That is not the password of ${username}, if there is one of that name.`
        : mayRegister
          ? "Nor is that, and the two were not the same."
          : "Nor is that."
    yield* Console.error(printable(wrong))
    const again = yield* askHidden(question)
    if (Redacted.value(again) === "") return yield* userError("nobody was registered, and nobody is signed in")
    if (mayRegister && Redacted.value(again) === Redacted.value(password))
      return { ...account, password, register: true }
    password = again
  }
  return yield* userError("the password is wrong, or was not typed the same twice: nobody was registered")
})

/** What is said to whoever has just been registered. */
export const isNew = (name: string, role: Role | undefined): string =>
  `${quotedName(name)} is new there, and registered now${role === "admin" ? "; as the first, to administer the service: see natter user --help" : ""}`

/** The credentials that a profile holds. */
const stored = (profile: Profile): Credentials | undefined => {
  if (profile.token !== undefined) return { token: profile.token }
  return profile.guest === true || profile.cert !== undefined
    ? { username: profile.name, password: Redacted.make("") }
    : undefined
}

/**
 * What `natter login` has kept of a server. Nothing else is tried there: a password that is in the environment is for the server
 * that is named first, and no other may be told it.
 */
export const kept = Effect.fnUntraced(function* (address: Address.Address) {
  const profile = yield* Profiles.find(address)
  const credentials = profile === undefined ? undefined : stored(profile)
  const where = Address.format(address)
  return credentials ?? (yield* userError(`you are not signed in to ${where}: natter login ${where} does that`))
})

/** Keeps each newer token that the server gives, where it replaces one that was kept. */
export const keeper = Effect.fnUntraced(function* (address: Address.Address, credentials: Credentials) {
  const context = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
  const server = Profiles.key(address)
  let held = "token" in credentials ? Redacted.value(credentials.token) : undefined
  return (token: Redacted.Redacted): Effect.Effect<void> => {
    const replaced = held
    if (replaced === undefined) return Effect.void
    held = Redacted.value(token)
    return Profiles.update((profiles) => {
      const profile = profiles.servers[server]
      if (profile?.token === undefined || Redacted.value(profile.token) !== replaced) return profiles
      return { ...profiles, servers: { ...profiles.servers, [server]: { ...profile, token } } }
    }).pipe(
      Effect.provideContext(context),
      // It is good for this run all the same.
      Effect.ignore,
    )
  }
})

/**
 * The credentials to sign in with. Flags come before the environment, and that before what `natter login` has kept; a
 * token comes before a name. With `anew`, only the name is taken from what was kept. Whoever is asked for the password of a name
 * that is new is asked twice; a token with an `own` password came of that.
 */
export const credentials = Effect.fnUntraced(function* (
  given: SignInFlags,
  address: Address.Address,
  options?: { readonly anew?: boolean },
): Effect.fn.Return<
  Credentials & { readonly own?: Redacted.Redacted },
  CliError.UserError | Terminal.QuitError,
  Stdio.Stdio | FileSystem.FileSystem | Path.Path
> {
  if (Option.isSome(given.token)) return { token: plain(given.token.value) }
  const named = Option.getOrUndefined(Option.map(given.name, withoutLineBreak))
  const token = named === undefined ? yield* identifying("NATTER_TOKEN") : undefined
  if (token !== undefined) return { token: Redacted.make(token) }
  const wanted = named ?? (yield* identifying("NATTER_NAME"))
  const password = yield* variable("NATTER_PASSWORD")
  const invite = Option.getOrUndefined(Option.map(given.invite, plain))
  if (wanted !== undefined && password !== undefined) {
    return { username: wanted, password: Redacted.make(password), invite }
  }

  const profile = yield* Profiles.find(address)
  // The server asks for no password where the certificate is of that account.
  if (Option.isSome(given.cert) && password === undefined) {
    const username = wanted ?? profile?.name
    if (username === undefined) return yield* userError("say whose certificate it is: --name NAME, or NATTER_NAME")
    return { username, password: Redacted.make("") }
  }
  if (profile !== undefined && options?.anew !== true) {
    const known = wanted === undefined || Username.spelling(wanted) === Username.spelling(profile.name)
    const credentials = known ? stored(profile) : undefined
    if (credentials !== undefined) return credentials
  }
  const username = wanted ?? profile?.name
  if (username === undefined)
    return yield* userError("say who you are: --name NAME, or NATTER_NAME; or give a token in NATTER_TOKEN")
  if (password !== undefined) return { username, password: Redacted.make(password), invite }
  return yield* askAndTry(given, { username, invite }, address)
})
