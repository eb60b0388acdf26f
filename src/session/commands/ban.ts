import * as Effect from "effect/Effect"
import type { AddressRange } from "../../domain/AddressRange.ts"
import type { Username } from "../../domain/Username.ts"
import type { Whom } from "../../hub/Administration.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import { ok } from "../Reply.ts"
import type { Session } from "../Session.ts"
import { whom } from "../Whom.ts"

/** An account or a range of addresses: one of them has to be said. */
const subject = (
  session: Session,
  { address, username }: { readonly address?: AddressRange; readonly username?: Username },
): Effect.Effect<Whom | AddressRange, RequestError> => {
  if (username !== undefined && address === undefined) return whom(session, username)
  if (address !== undefined && username === undefined) return Effect.succeed(address)
  return Effect.fail(new RequestError({ reason: "InvalidFrame", detail: "Give one of username and address" }))
}

/** Keeps an account or a range of addresses out of a channel, from now on and for as long as is said. */
export const ban = forUser<ClientFrameOf<"Ban">>((session, frame, { memberships }) => {
  const { channel, duration, reason, ref } = frame
  return subject(session, frame).pipe(
    Effect.flatMap((whom) => memberships.administer(channel, { type: "Ban", whom, duration, reason })),
    Effect.map(() => ok(session, ref)),
  )
})

export const unban = forUser<ClientFrameOf<"Unban">>((session, frame, { memberships }) =>
  subject(session, frame).pipe(
    Effect.flatMap((whom) => memberships.administer(frame.channel, { type: "Unban", whom })),
    Effect.map(() => ok(session, frame.ref)),
  ),
)
