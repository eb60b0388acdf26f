import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { isDirect, otherIn } from "../../domain/Direct.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"

/** Enters a channel. The channel answers, with its state. */
export const join = forUser<ClientFrameOf<"Join">>((session, { channel, ref }, { memberships }) =>
  isDirect(channel)
    ? // Whose name it is, also while they are not connected.
      session.with.accounts.find(otherIn(channel)).pipe(
        Effect.mapError(() => new RequestError({ reason: "Unavailable" })),
        Effect.flatMap((account) => memberships.join(channel, ref, Option.getOrUndefined(account))),
      )
    : memberships.join(channel, ref),
)
