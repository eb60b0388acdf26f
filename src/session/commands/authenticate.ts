import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forStranger } from "../Command.ts"
import * as SignIn from "../SignIn.ts"
import { loggedIn } from "./login.ts"

/** Signs in by a token, without the password. */
export const authenticate = forStranger<ClientFrameOf<"Authenticate">>((session, { ref, token }) =>
  session.with.accounts.authenticate(Redacted.make(token), session.connection.remoteAddress).pipe(
    Effect.mapError(SignIn.toRequestError),
    Effect.flatMap(({ tokenId, user }) =>
      Effect.map(SignIn.enter(session, user, tokenId), () => loggedIn(session, user, ref, undefined)),
    ),
  ),
)
