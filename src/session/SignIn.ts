/** The part of signing in that all versions and methods share. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { InvalidToken, SignInError } from "../accounts/AccountError.ts"
import type { User } from "../domain/User.ts"
import { Memberships } from "../hub/Memberships.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { Session } from "./Session.ts"

/** As the client is told. What the accounts say of themselves is for the log. */
export const toRequestError = (error: SignInError | InvalidToken): RequestError => {
  switch (error._tag) {
    case "StorageError":
      return new RequestError({ reason: "Unavailable" })
    case "Busy":
      return new RequestError({ reason: "Unavailable", detail: error.message, retryAfter: error.retryAfter })
    case "TooManyLogins":
      return new RequestError({ reason: "TooManyLogins", detail: error.message, retryAfter: error.retryAfter })
    case "InvalidUsername":
      return new RequestError({ reason: error._tag, detail: error.message, field: "username" })
    case "InvalidPassword":
      return new RequestError({ reason: error._tag, detail: error.message, field: "password" })
    case "InvalidCredentials":
    case "InvalidToken":
    case "AccountDisabled":
    case "InviteRequired":
    case "InviteNotValid":
      return new RequestError({ reason: error._tag })
  }
}

/** Makes the session the user's. From here on it takes part; leaving its scope takes it out again. */
export const enter = (session: Session, user: User, tokenId?: string): Effect.Effect<void, RequestError> => {
  const { hub, hubSettings } = session.with
  const { encoding, id, outbox } = session
  const address = session.connection.remoteAddress
  const member = { session: id, user, address, encoding, outbox }
  const memberships = new Memberships(hub, member, hubSettings.maxMessageLength)
  return hub
    .signIn({
      session: id,
      user,
      tokenId,
      // Version 1 has no notion of several devices, and a guest's name belongs to whoever has it now.
      exclusive: encoding.version === 1 || user.role === "guest",
      end: (disconnect) => session.end(disconnect),
      // Version 1 knows only one conversation.
      enter: encoding.version === 1 ? undefined : (invitation) => memberships.enter(invitation),
      tell: (frame) => {
        session.tell2(frame)
        outbox.flush()
      },
    })
    .pipe(
      Effect.map(({ publishing }) => {
        session.identity = { user, memberships, publishing }
      }),
      Effect.uninterruptible,
    )
}

const noToken: Effect.Effect<string | undefined> = Effect.undefined

/** A token that signs in again; undefined where there is none for this user. */
export const freshToken = (session: Session, user: User): Effect.Effect<string | undefined> =>
  user.role === "guest"
    ? noToken
    : session.with.accounts.issueToken(user, { label: "session" }).pipe(
        Effect.map(({ token }) => Redacted.value(token)),
        // The password was right: a session without a token is better than none.
        Effect.catch((error) => Effect.as(Effect.logWarning("no session token", error), undefined)),
      )
