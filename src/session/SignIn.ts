/** The part of signing in that all versions and methods share. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Identity } from "../accounts/Identity.ts"
import { requesterOf } from "../chat/Caller.ts"
import { mayUse } from "../chat/account/mayUse.ts"
import { toRequestError } from "../accounts/requestError.ts"
import { sessionLabel } from "../accounts/sessionLabel.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import { nameOf } from "../domain/Direct.ts"
import * as NameKey from "../domain/NameKey.ts"
import type { User } from "../domain/User.ts"
import { Memberships } from "../hub/audience/Memberships.ts"
import { counted } from "../observability/signIns.ts"
import { RequestError } from "../domain/RequestError.ts"
import { hasChannel, hasOperation, type Scope } from "../domain/Scope.ts"
import type { Session } from "./Session.ts"

interface PasswordRequest {
  readonly username: string
  readonly password: Redacted.Redacted
  readonly invite?: Redacted.Redacted | undefined
  /** False where no account is to be made. */
  readonly register?: boolean | undefined
  readonly onRegistered?: () => void
}

/**
 * Signs in by name and password; registers an unknown name where the accounts are open. Who has shown the certificate of an
 * account needs no password for that.
 */
export const byPassword = (session: Session, request: PasswordRequest): Effect.Effect<User, RequestError> =>
  proving(session, request, (user) => enter(session, user))

/**
 * The same for a protocol in which that is known before the session can be told anything: `enterProved` is to follow, and
 * nothing has come of it until then.
 */
export const prove = (session: Session, request: PasswordRequest): Effect.Effect<User, RequestError> =>
  proving(session, request, () => Effect.void)

/** Makes the session that of a user who has proved who it is, a moment ago: the account may be disabled since. */
export const enterProved = (session: Session, user: User): Effect.Effect<void, RequestError> => {
  if (user.role === "guest") return enter(session, user)
  return Effect.flatMap(
    Effect.mapError(session.services.accounts.find(user.name), toRequestError),
    Option.match({
      onNone: () => Effect.fail(new RequestError({ reason: "AccountDisabled" })),
      onSome: (now) =>
        now.id === user.id ? enter(session, now) : Effect.fail(new RequestError({ reason: "InvalidCredentials" })),
    }),
  )
}

const proving = (
  session: Session,
  request: PasswordRequest,
  then: (user: User) => Effect.Effect<void, RequestError>,
): Effect.Effect<User, RequestError> => {
  const { accounts, chat } = session.services
  const bySecret = accounts.signIn({ ...request, address: session.connection.remoteAddress }).pipe(
    Effect.mapError(toRequestError),
    // Before anything is registered: nobody could use it.
    (signIn) => Effect.andThen(mayUse(chat, accounts, request.username), signIn),
  )
  const byCertificate = isCertified(session, request.username)
    ? Effect.mapError(
        Effect.andThen(accounts.admits(session.connection.remoteAddress), accounts.find(request.username)),
        toRequestError,
      )
    : Effect.succeedNone
  const certified = countsOnCertificate(session, request)
  const signedIn = certified
    ? Effect.flatMap(
        byCertificate,
        // Of an account that is not there, or is disabled, a certificate says nothing.
        Option.match({ onNone: () => Effect.mapError(bySecret, notCertified), onSome: Effect.succeed }),
      )
    : bySecret
  return counted(session.services.meter, certified ? "certificate" : "password", Effect.tap(signedIn, then))
}

/** Whether somebody has shown a certificate, and has said no password. */
const countsOnCertificate = (
  { connection: { certificate } }: Session,
  { password }: { readonly password: Redacted.Redacted },
): boolean => certificate !== undefined && Redacted.value(password) === ""

/** What is wrong with an empty password is not what somebody wants to know who has shown a certificate. */
const notCertified = (error: RequestError): RequestError =>
  error.reason === "InvalidPassword" || error.reason === "InvalidCredentials"
    ? new RequestError({
        reason: "InvalidCredentials",
        detail: "The certificate that was shown is of no account of this name, and there is no password",
      })
    : error

/** Whether the peer has shown a certificate that was verified, and that names this account. */
const isCertified = ({ connection: { certificate } }: Session, name: string): boolean =>
  certificate !== undefined && NameKey.isSame(certificate.account, name)

/** Whose token that is; nothing has come of it until `byToken`. */
export const proveToken = (session: Session, token: Redacted.Redacted): Effect.Effect<Identity, RequestError> =>
  Effect.mapError(session.services.accounts.authenticate(token, session.connection.remoteAddress), toRequestError)

/** Signs in by a token, without the password. The session does what the token is for, and nothing else. */
export const byToken = (session: Session, token: Redacted.Redacted): Effect.Effect<User, RequestError> =>
  counted(
    session.services.meter,
    "token",
    session.services.accounts.authenticate(token, session.connection.remoteAddress).pipe(
      Effect.mapError(toRequestError),
      Effect.flatMap((identity) => Effect.as(enter(session, identity.user, identity), identity.user)),
    ),
  )

/** Makes the session the user's. From here on it takes part; leaving its scope takes it out again. */
const enter = (
  session: Session,
  user: User,
  { endsAt, scope, tokenId }: Pick<Identity, "endsAt" | "scope" | "tokenId"> = { tokenId: undefined },
): Effect.Effect<void, RequestError> => {
  const { chat } = session.services
  const { connection, id, outbox, protocol } = session
  const by = { ...requesterOf({ user, scope }, connection.remoteAddress), session: id }
  const memberships = new Memberships(chat.directory, {
    session: id,
    by,
    renderer: protocol.renderer,
    own: protocol.own?.(session),
    outbox,
    onJoined: (channel, welcome, ref) => protocol.joined(session, channel, welcome, ref),
    onOffered: protocol.offered && ((offer) => protocol.offered!(session, offer)),
  })
  const entry = {
    session: id,
    user,
    tokenId,
    exclusive: protocol.isExclusive(user),
    direct: protocol.hasDirects,
    embedded: false,
  }
  return Effect.uninterruptible(
    Effect.map(chat.directory.signIn(entry), () => {
      session.caller = {
        by,
        memberships,
        limits: chat.limitsOf(user, connection.remoteAddress),
        scope,
        tokenId,
        endsAt,
      }
      session.bare = false
      if (endsAt !== undefined) session.endAt(session.elapsed() + endsAt - chat.clock.currentTimeMillisUnsafe())
      chat.gateway.add(id, {
        user,
        address: connection.remoteAddress,
        waiting: () => session.waiting,
        standing: () => session.standing(user),
        end: (disconnect) => session.end(disconnect),
        enter: (invitation) => (mayHear(scope, nameOf(invitation.other)) ? memberships.enter(invitation) : Effect.void),
        tell: (event) => {
          if (!mayHear(scope, event.channel)) return
          protocol.tellUser(session, event)
          outbox.flush()
        },
      })
    }),
  )
}

/** Whether a session is told of what others say to it, or where they want to have it: only where it might go by itself. */
const mayHear = (scope: Scope | undefined, channel: ChannelName): boolean =>
  scope === undefined || (hasOperation(scope, "join") && hasChannel(scope, channel))

/**
 * A token that signs in again; undefined where there is none for this user. Who has a certificate needs none, and it would
 * be good when the certificate no longer is.
 */
export const freshToken = (session: Session, user: User): Effect.Effect<string | undefined> =>
  isCertified(session, user.name)
    ? Effect.undefined
    : session.services.accounts
        .issueToken(user, { label: sessionLabel(session.connection.transport, session.connection.remoteAddress) })
        .pipe(
          Effect.map(({ id, token }): string | undefined => {
            if (user.role !== "guest") hold(session, id)
            return Redacted.value(token)
          }),
          Effect.catchTag("NoTokenForGuests", () => Effect.undefined),
          // The password was right: a session without a token is better than none.
          Effect.catch((error) => Effect.as(Effect.logWarning("no session token", error), undefined)),
        )

/** The session comes back by this token: it ends with it, and keeps it good. */
const hold = (session: Session, tokenId: string): void => {
  if (session.caller === undefined) return
  session.caller = { ...session.caller, tokenId }
  session.services.chat.directory.hold(session.id, tokenId)
}
