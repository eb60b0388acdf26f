import * as Redacted from "effect/Redacted"
import type { ChatShape } from "../../chat/Chat.ts"
import * as operations from "../../chat/operations.ts"
import * as render from "../../protocol/v2/renderInvites.ts"
import type { InviteLinks } from "../api/InviteLinks.ts"
import { ask, type HandlersOf } from "../Handler.ts"
import { fieldsOf } from "./fieldsOf.ts"

export const inviteLinks = (chat: ChatShape): HandlersOf<typeof InviteLinks> => ({
  list: ask(
    chat,
    operations.listInviteLinks,
    ({ params }) => params,
    (links, { params: { channel } }) => ({ body: fieldsOf(render.inviteLinks(undefined, channel, links)) }),
  ),
  create: ask(
    chat,
    operations.createInviteLink,
    ({ params, payload }) => ({ ...params, ...payload }),
    ({ code, link }, { params: { channel } }) => ({
      body: fieldsOf(render.inviteLinkCreated(undefined, channel, link, Redacted.value(code))),
      secret: true,
    }),
  ),
  revoke: ask(chat, operations.revokeInviteLink, ({ params }) => params),
  accept: ask(
    chat,
    operations.acceptInvite,
    ({ payload }) => payload,
    ({ channel }) => ({ body: { channel } }),
  ),
})
