import * as Effect from "effect/Effect"
import { nameOf } from "../../domain/Direct.ts"
import type { Username } from "../../domain/Username.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import { ok } from "../Reply.ts"
import type { Identity, Session } from "../Session.ts"
import { whom } from "../Whom.ts"

/** A block is a ban from the direct conversation of the two. */
const inDirect = (
  type: "Ban" | "Unban",
  session: Session,
  username: Username,
  { memberships }: Identity,
): Effect.Effect<void, RequestError> =>
  Effect.flatMap(whom(session, username), (whom) => {
    const { account, name } = whom
    return memberships.administer(nameOf(account ?? { name }), { type, whom }, account)
  })

/** From now on the user gets no direct messages from somebody, who is not told. */
export const block = forUser<ClientFrameOf<"Block">>((session, { ref, username }, identity) =>
  Effect.map(inDirect("Ban", session, username, identity), () => ok(session, ref)),
)

export const unblock = forUser<ClientFrameOf<"Unblock">>((session, { ref, username }, identity) =>
  Effect.map(inDirect("Unban", session, username, identity), () => ok(session, ref)),
)

/** Whose direct messages the user does not want. */
export const listBlocked = forUser<ClientFrameOf<"ListBlocked">>((session, { ref }, { user }) =>
  Effect.map(session.with.hub.blocked(user.id), (blocked) =>
    session.tell2({
      type: "Blocked",
      ...(ref === undefined ? {} : { ref }),
      usernames: blocked.map(({ name }) => name),
    }),
  ),
)
