import * as Effect from "effect/Effect"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { nameOf } from "../../domain/Direct.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { Username } from "../../domain/Username.ts"
import type { Caller } from "../Caller.ts"
import type { ChatShape } from "../Chat.ts"
import { administer, named } from "./administer.ts"

/** The conversation with whom it is about. */
export const conversation = ({ username }: { readonly username: Username }): ReadonlyArray<ChannelName> => [
  nameOf({ name: username }),
]

/** A block is a ban from the direct conversation of the two. */
export const inDirect = (
  type: "Ban" | "Unban",
  chat: ChatShape,
  caller: Caller,
  username: Username,
): Effect.Effect<void, RequestError> =>
  Effect.flatMap(named(chat, username), (user) => {
    const { account, name } = user
    return administer(chat, caller, nameOf(account ?? { name }), { type, user }, account)
  })
