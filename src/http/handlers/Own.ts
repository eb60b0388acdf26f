import type { ChatShape } from "../../chat/Chat.ts"
import * as operations from "../../chat/operations.ts"
import * as render from "../../protocol/v2/render.ts"
import type { Own } from "../api/Own.ts"
import { ask, type HandlersOf } from "../Handler.ts"
import { fieldsOf } from "./fieldsOf.ts"

export const own = (chat: ChatShape): HandlersOf<typeof Own> => ({
  unread: ask(
    chat,
    operations.listUnread,
    ({ query }) => query,
    (page) => ({ body: fieldsOf(render.unread(undefined, page)) }),
  ),
  read: ask(chat, operations.markRead, ({ params, payload }) => ({ ...params, ...payload })),
  blocks: ask(
    chat,
    operations.listBlocked,
    () => ({}),
    (people) => ({ body: fieldsOf(render.blocked(undefined, people)) }),
  ),
  block: ask(chat, operations.block, ({ params }) => params),
  unblock: ask(chat, operations.unblock, ({ params }) => params),
  setStatus: ask(chat, operations.setStatus, ({ payload }) => payload),
})
