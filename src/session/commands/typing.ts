import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"

/** Passes on that the user is typing. Not answered: it is worth no frame. */
export const typing = forUser<ClientFrameOf<"Typing">>((_, { channel }, { memberships }) => memberships.typing(channel))
