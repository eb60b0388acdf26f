import type { ChatShape } from "../../chat/Chat.ts"
import { drain } from "../../chat/service/drain.ts"
import type { Service } from "../api/Service.ts"
import { ask, type HandlersOf } from "../Handler.ts"

export const service = (chat: ChatShape): HandlersOf<typeof Service> => ({
  drain: ask(
    chat,
    drain,
    () => ({}),
    (drained) => ({ body: drained }),
  ),
})
