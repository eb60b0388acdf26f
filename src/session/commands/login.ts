import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { User } from "../../domain/User.ts"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forStranger } from "../Command.ts"
import type { Session } from "../Session.ts"
import * as SignIn from "../SignIn.ts"

/** Tells a version 2 client who it is now; from then on others can speak to it. */
export const loggedIn = (session: Session, user: User, ref: number | undefined, token: string | undefined): void => {
  session.tell2({
    type: "LoggedIn",
    ...(ref === undefined ? {} : { ref }),
    user_id: user.id,
    username: user.name,
    role: user.role,
    session: session.id,
    ...(token === undefined ? {} : { token }),
  })
  session.identity?.memberships.opened()
}

/** Signs in by name and password; registers an unknown name where the accounts are open. */
export const login = forStranger<ClientFrameOf<"Login">>((session, { invite, password, ref, username }) =>
  Effect.gen(function* () {
    const user = yield* session.with.accounts
      .signIn({
        username,
        password: Redacted.make(password),
        address: session.connection.remoteAddress,
        invite: invite === undefined ? undefined : Redacted.make(invite),
      })
      .pipe(Effect.mapError(SignIn.toRequestError))
    yield* SignIn.enter(session, user)
    loggedIn(session, user, ref, yield* SignIn.freshToken(session, user))
  }),
)
