/** What `natter login` and `natter logout` do. */
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Address from "../../client/Address.ts"
import type { Credentials } from "../../client/Credentials.ts"
import * as Reconnect from "../../client/Reconnect.ts"
import * as NodeDialer from "../../client/transport/NodeDialer.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import { explained, userError } from "../userError.ts"
import type { SignInFlags } from "../connectionFlags.ts"
import { apiOf } from "../apiRequest.ts"
import { targetOf } from "../serviceHttp.ts"
import { tlsFiles, tlsOptions } from "../tls.ts"
import * as Identity from "../identity.ts"
import { printList } from "../table.ts"
import type { Profile } from "../profiles.ts"
import * as Profiles from "../profiles.ts"

interface Flags extends SignInFlags {
  readonly address: Option.Option<string>
}

const signedInAs = (
  credentials: Credentials & { readonly own?: Redacted.Redacted },
  { role, token, username }: ServerFrameOf<"LoggedIn">,
): Profile => {
  if (role === "guest") return { name: username, guest: true }
  if (token !== undefined) return { name: username, token: Redacted.make(token) }
  // A sign-in by token is given no new token.
  return "token" in credentials
    ? {
        name: username,
        token: Redacted.make(Redacted.value(credentials.token)),
        ...(credentials.own !== undefined ? {} : { given: true as const }),
      }
    : { name: username }
}

const outcome = (where: string, { cert, guest, name, token }: Profile): string => {
  if (token !== undefined) return `signed in to ${where} as ${name}`
  if (cert !== undefined) return `signed in to ${where} as ${name}, by certificate: kept is where its files lie`
  return guest === true
    ? `signed in to ${where} as ${name}, a guest: only the name is kept, and whoever signs in under it is somebody new`
    : `signed in to ${where} as ${name}: the server gave no token, so only the name is kept`
}

export const login = Effect.fnUntraced(function* (given: Flags) {
  const address = yield* Identity.addressOf(given.address)
  // Checked before a token is made: one that could not be kept would be lost.
  yield* Profiles.ready
  const credentials = yield* Identity.credentials(given, address, { anew: true })
  const { files, options: tls } = yield* tlsFiles(given, address)
  const signIn = Effect.flatMap(NodeDialer.connect(address, { tls }), (connection) => connection.signIn(credentials))
  const loggedIn = yield* Reconnect.stay(() => signIn, {
    onAway: ({ message }, wait) => Console.error(`${message}; trying again in ${Duration.format(wait)}`),
  }).pipe(explained(address))
  const profile = { ...signedInAs(credentials, loggedIn), ...files }
  const server = Profiles.key(address)
  yield* Profiles.update((profiles) => ({
    ...profiles,
    default: server,
    servers: { ...profiles.servers, [server]: profile },
  }))
  // Scripts that bring a password know whom they sign in.
  const typed = (yield* Identity.variable("NATTER_PASSWORD")) === undefined
  if (typed && loggedIn.registered === true) yield* Console.error(Identity.isNew(loggedIn.username, loggedIn.role))
  yield* Console.error(outcome(Address.format(address), profile))
})

export const list = Effect.gen(function* () {
  const { default: last, servers } = yield* Profiles.all
  yield* printList(
    false,
    Object.entries(servers).map(([server, { cert, guest, name, token }]) => ({
      server,
      name,
      by: token !== undefined ? "token" : cert !== undefined ? "certificate" : guest === true ? "guest" : "password",
      default: server === last ? "yes" : null,
    })),
  )
})

const stillKnown = "a server accepts a token until it expires or is revoked there: see `natter token revoke --help`"

const revokedThere = "the token of this sign-in is revoked there; other tokens are not: `natter token list` shows them"

/** Milliseconds in which a server has to say that it has revoked a token: one that does not answer stops nobody. */
const revokedWithin = 5000

/** Has the server revoke a token that came of signing in; whether it has. */
const revoke = (address: Address.Address, { given, token }: Profile) =>
  Effect.gen(function* () {
    if (token === undefined || given === true) return false
    // As it was signed in with: the files of the profile count.
    const tls = yield* tlsOptions({ ca: Option.none(), cert: Option.none(), key: Option.none() }, address)
    const { session } = yield* apiOf({ address, target: targetOf(address), tls, token })
    yield* session.signOut()
    return true
  }).pipe(
    Effect.timeout(revokedWithin),
    Effect.catchCause(() => Effect.succeed(false)),
  )

const farewell = (names: string, { token }: Pick<Profile, "token">, revoked: boolean): string => {
  if (token === undefined) return `signed out of ${names}`
  return revoked ? `signed out of ${names}; ${revokedThere}` : `signed out of ${names}; ${stillKnown}`
}

/** Removes the profiles of these servers. */
const forget = (wanted: (server: string) => boolean) =>
  Profiles.update(({ default: last, servers }) => ({
    version: 1,
    ...(last === undefined || wanted(last) ? {} : { default: last }),
    servers: Object.fromEntries(Object.entries(servers).filter(([server]) => !wanted(server))),
  }))

export const logout = Effect.fnUntraced(function* (given: Option.Option<string>) {
  const address = yield* Identity.addressOf(given)
  const profile = yield* Profiles.find(address)
  const where = Address.format(address)
  if (profile === undefined) return yield* userError(`you are not signed in to ${where}: see \`natter login --list\``)
  const revoked = yield* revoke(address, profile)
  yield* forget((server) => server === Profiles.key(address))
  yield* Console.error(farewell(where, profile, revoked))
})

export const logoutAll = Effect.gen(function* () {
  const { servers } = yield* Profiles.all
  const names = Object.keys(servers)
  if (names.length === 0) return yield* Console.error("you are signed in nowhere")
  const revoked = yield* Effect.forEach(
    Object.entries(servers),
    ([server, profile]) => {
      const address = Result.getOrUndefined(Address.parse(server))
      return address === undefined ? Effect.succeed(false) : revoke(address, profile)
    },
    { concurrency: 8 },
  )
  yield* forget(() => true)
  const all = Object.entries(servers).map(([name, { token }], at) => ({
    name,
    isLeft: token !== undefined && !revoked[at],
  }))
  const left = all.filter(({ isLeft }) => isLeft)
  const done = all.filter(({ isLeft }) => !isLeft).map(({ name }) => name)
  if (done.length > 0) yield* Console.error(`signed out of ${done.join(", ")}: no token is good there any more`)
  if (left.length > 0) {
    yield* Console.error(`signed out of ${left.map(({ name }) => name).join(", ")}; ${stillKnown}`)
  }
})
