/** Asks a service over HTTP, for people and for programs. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Address from "../client/Address.ts"
import { printable } from "../client/Printable.ts"
import type { Credentials } from "../client/Credentials.ts"
import * as NodeDialer from "../client/transport/NodeDialer.ts"
import type { TlsOptions } from "../client/transport/TlsOptions.ts"
import { type Client, client } from "../http/Client.ts"
import { refused } from "./apiError.ts"
import type { ApiFlags } from "./apiFlags.ts"
import * as Identity from "./identity.ts"
import * as Profiles from "./profiles.ts"
import * as ServiceHttp from "./serviceHttp.ts"
import { printTable } from "./table.ts"
import { tlsOptions } from "./tls.ts"
import { explained, userError } from "./userError.ts"

/** Milliseconds for an answer. */
export const within = 30_000

/** `fetch` over Node's own client, which takes certificates and sockets in the file system. */
const fetchFrom =
  (target: ServiceHttp.Target, tls: TlsOptions): typeof globalThis.fetch =>
  async (url, init) => {
    const { pathname, search } = new URL(url instanceof Request ? url.url : url)
    const { status, headers, body } = await Effect.runPromise(
      ServiceHttp.ask(target, {
        method: init?.method ?? "GET",
        path: pathname + search,
        headers: { ...(init?.headers as Readonly<Record<string, string>>) },
        ...(init?.body == null ? {} : { body: Buffer.from(init.body as Uint8Array).toString() }),
        tls,
        within,
      }),
      init?.signal == null ? {} : { signal: init.signal },
    )
    const type = headers["content-type"]
    return new Response(body === "" ? null : body, {
      status,
      headers: type === undefined ? {} : { "content-type": type },
    })
  }

/** The same service may be written in several ways: the one that `natter login` was given counts. */
const asSignedIn = Effect.fnUntraced(function* (address: Address.Address) {
  const { servers } = yield* Profiles.all
  if (Object.hasOwn(servers, Profiles.key(address))) return address
  const where = ServiceHttp.show(ServiceHttp.targetOf(address))
  for (const server of Object.keys(servers)) {
    const other = Result.getOrUndefined(Address.parse(server))
    if (other !== undefined && ServiceHttp.show(ServiceHttp.targetOf(other)) === where) return other
  }
  return address
})

export interface Service {
  readonly address: Address.Address
  readonly target: ServiceHttp.Target
  readonly tls: TlsOptions
  readonly token: Redacted.Redacted
  /** By which it was signed in, if it was by one. */
  readonly password?: Redacted.Redacted
}

/** What requests are put together with; a socket in the file system has no host. */
const urlOf = (target: ServiceHttp.Target): string =>
  target.socketPath === undefined ? ServiceHttp.show(target) : "http://localhost"

export const apiOf = ({ target, tls, token }: Omit<Service, "token"> & Partial<Service>): Effect.Effect<Client> =>
  client({ url: urlOf(target), token, fetch: fetchFrom(target, tls) })

/** By a certificate one signs in over connections alone. The token that comes of it ends like that of any client. */
const signInByCertificate = (credentials: Credentials, { address, tls }: Omit<Service, "token">) =>
  NodeDialer.connect(address, { tls }).pipe(
    Effect.flatMap((connection) => connection.signIn(credentials)),
    Effect.scoped,
    explained(address),
  )

const signOut = (service: Omit<Service, "token">, token: string | undefined): Effect.Effect<void> =>
  Effect.ignore(
    Effect.flatMap(apiOf({ ...service, token: Redacted.make(token ?? "") }), ({ session }) => session.signOut()),
  )

/** Who has a name and a password signs in with them, and out when all is done. */
const signIn = (
  { invite, password, register, username }: Exclude<Credentials, { readonly token: unknown }>,
  service: Omit<Service, "token">,
  given: ApiFlags,
) =>
  Effect.acquireRelease(
    Effect.flatMap(apiOf(service), ({ session }) =>
      refused(
        session.signIn({
          payload: {
            username,
            password: Redacted.value(password),
            ...(register === undefined ? {} : { register }),
            ...(invite === undefined ? {} : { invite: Redacted.value(invite) }),
          },
        }),
        service,
        given,
      ),
    ),
    ({ token }) => signOut(service, token),
  ).pipe(
    Effect.tap(({ registered, user }) =>
      registered === true ? say(Identity.isNew(user.name, user.role)) : Effect.void,
    ),
  )

/** The service that is meant, and the token for it. */
export const serviceOf = Effect.fnUntraced(function* (given: ApiFlags) {
  const address = yield* Effect.flatMap(Identity.addressOf(given.address), asSignedIn)
  const tls = yield* tlsOptions(given, address)
  const service = { address, target: ServiceHttp.targetOf(address), tls }
  const credentials = yield* Identity.credentials(given, address)
  if ("token" in credentials) {
    const { own, token } = credentials
    if (own === undefined) return { ...service, token }
    yield* Effect.addFinalizer(() => signOut(service, Redacted.value(token)))
    return { ...service, token, password: own }
  }
  const certified = tls.cert !== undefined
  const { token } = yield* certified ? signInByCertificate(credentials, service) : signIn(credentials, service, given)
  const by = certified ? {} : { password: credentials.password }
  if (token !== undefined) return { ...service, ...by, token: Redacted.make(token) }
  return yield* userError(
    `${Address.format(address)} gave no token: sign in with one, by NATTER_TOKEN or --token, as \`natter token create\` makes them`,
  )
})

/** Asks for what was answered as well as for the answer as it came. */
export const whole = { responseMode: "decoded-and-response" } as const

type Answered<A> = readonly [A, { readonly text: Effect.Effect<string, unknown> }]

/** One request: prints the answer as it came, or as `show` has it for people. */
export const ask = <A, E>(
  given: ApiFlags,
  request: (api: Client) => Effect.Effect<Answered<A>, E>,
  show: (answer: A) => Effect.Effect<void>,
) => Effect.scoped(Effect.flatMap(serviceOf(given), (service) => askOf(service, given, request, show)))

/** The same of a service that is known already. */
export const askOf = <A, E>(
  service: Service,
  given: ApiFlags,
  request: (api: Client) => Effect.Effect<Answered<A>, E>,
  show: (answer: A) => Effect.Effect<void>,
) =>
  Effect.gen(function* () {
    const api = yield* apiOf(service)
    const [answer, response] = yield* refused(request(api), service, given)
    if (!given.json) return yield* show(answer)
    const text = yield* Effect.orDie(response.text)
    if (text !== "") yield* Console.log(printable(text))
  })

/** Prints a table, or says that there is nothing in it. */
export const printRows = (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  nothing: string,
): Effect.Effect<void> => (rows.length === 0 ? say(nothing) : printTable(head, rows))

/** Says what was done, to people. */
export const say = (text: string): Effect.Effect<void> => Console.error(printable(text))
