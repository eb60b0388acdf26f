import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { lobby } from "../../domain/ChannelName.ts"
import type { User } from "../../domain/User.ts"
import type { Login } from "../../protocol/v1/Message.ts"
import { Disconnect } from "../../domain/Disconnect.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import { forStranger } from "../Command.ts"
import type { Session } from "../Session.ts"
import * as SignIn from "../SignIn.ts"

/** The chapter's login: one of its three answers, then `UserJoined` to the others and `UserList` to the newcomer. */
export const loginV1 = forStranger<typeof Login.Type>((session, { password, username }) =>
  session.with.accounts
    .signIn({ username, password: Redacted.make(password), address: session.connection.remoteAddress })
    .pipe(
      Effect.mapError(SignIn.toRequestError),
      Effect.tap((user) => SignIn.enter(session, user)),
      Effect.matchEffect({
        onFailure: (error) => Effect.sync(() => refused(session, error)),
        onSuccess: (user) => welcome(session, user),
      }),
    ),
)

// After a refusal the connection stays: the client may try again, as far as the throttle lets it.
const refused = (session: Session, { message }: RequestError): void =>
  session.tell1({ type: "LoginResponse", success: false, message, token: null })

const welcome = (session: Session, user: User) =>
  Effect.gen(function* () {
    const token = (yield* SignIn.freshToken(session, user)) ?? null
    session.tell1({ type: "LoginResponse", success: true, message: "Login successful", token })
    yield* (session.identity?.memberships.join(lobby) ?? Effect.void).pipe(
      Effect.mapError((error) => new Disconnect({ reason: "Internal", detail: error.message })),
    )
  })
