/** What `natter login` and `natter logout` do. */
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Address from "../../client/Address.ts"
import type { Credentials } from "../../client/Credentials.ts"
import * as Reconnect from "../../client/Reconnect.ts"
import * as NodeDialer from "../../client/transport/NodeDialer.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import { explained, userError } from "../userError.ts"
import type { SignInFlags } from "../connectionFlags.ts"
import { tlsFiles } from "../tls.ts"
import * as Identity from "../identity.ts"
import { printList } from "../table.ts"
import type { Profile } from "../profiles.ts"
import * as Profiles from "../profiles.ts"

interface Flags extends SignInFlags {
  readonly address: Option.Option<string>
}

const signedInAs = (credentials: Credentials, { role, token, username }: ServerFrameOf<"LoggedIn">): Profile => {
  if (role === "guest") return { name: username, guest: true }
  if (token !== undefined) return { name: username, token: Redacted.make(token) }
  // A sign-in by token is given no new token.
  return "token" in credentials
    ? { name: username, token: Redacted.make(Redacted.value(credentials.token)) }
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
  if (profile === undefined) return yield* userError(`nothing is kept of ${where}: see \`natter login --list\``)
  yield* forget((server) => server === Profiles.key(address))
  yield* Console.error(`signed out of ${where}${profile.token === undefined ? "" : `; ${stillKnown}`}`)
})

export const logoutAll = Effect.gen(function* () {
  const { servers } = yield* Profiles.all
  const names = Object.keys(servers)
  if (names.length === 0) return yield* Console.error("nothing is kept of any server")
  yield* forget(() => true)
  yield* Console.error(`signed out of ${names.join(", ")}; ${stillKnown}`)
})
