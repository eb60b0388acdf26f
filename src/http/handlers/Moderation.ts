import type { ChatShape } from "../../chat/Chat.ts"
import * as operations from "../../chat/operations.ts"
import type { Moderation } from "../api/Moderation.ts"
import { ask, type HandlersOf } from "../Handler.ts"

export const moderation = (chat: ChatShape): HandlersOf<typeof Moderation> => ({
  setRole: ask(chat, operations.setRole, ({ params, payload }) => ({ ...params, ...payload })),
  removeRole: ask(chat, operations.setRole, ({ params }) => params),
  invite: ask(chat, operations.invite, ({ params }) => params),
  kick: ask(chat, operations.kick, ({ params, query }) => ({ ...params, ...query })),
  ban: ask(chat, operations.ban, ({ params, payload }) => ({ ...params, ...payload })),
  unban: ask(chat, operations.unban, ({ params }) => params),
  banAddress: ask(chat, operations.ban, ({ params, payload }) => ({ ...params, ...payload })),
  unbanAddress: ask(chat, operations.unban, ({ params }) => params),
  mute: ask(chat, operations.mute, ({ params, payload }) => ({ ...params, ...payload })),
  unmute: ask(chat, operations.unmute, ({ params }) => params),
})
