/** What answers each group of the API. */
import * as Effect from "effect/Effect"
import { AccessTokens } from "../../accounts/AccessTokens.ts"
import { Accounts } from "../../accounts/Accounts.ts"
import { Chat } from "../../chat/Chat.ts"
import { Meters } from "../../observability/Meters.ts"
import type { Api } from "../api/Api.ts"
import type { ApiSettings } from "../ApiSettings.ts"
import type { Links } from "../files/Links.ts"
import type { AllHandlers } from "../Handler.ts"
import * as Ids from "../Ids.ts"
import type { Welcome } from "../Welcome.ts"
import { invitations, me, tokens, users } from "./Accounts.ts"
import { channels } from "./Channels.ts"
import { files } from "./Files.ts"
import { inviteLinks } from "./InviteLinks.ts"
import { service } from "./Service.ts"
import { messages } from "./Messages.ts"
import { moderation } from "./Moderation.ts"
import { own } from "./Own.ts"
import { session } from "./Session.ts"
import { hooks, webhooks } from "./Webhooks.ts"

export const handlers = (
  settings: ApiSettings,
  links: Links | undefined,
  welcome: Welcome,
): Effect.Effect<AllHandlers<typeof Api>, never, Chat | Accounts | AccessTokens> =>
  Effect.gen(function* () {
    const chat = yield* Chat
    const freshId = yield* Ids.make
    return {
      channels: channels(chat),
      messages: messages(chat, freshId),
      files: files(chat, settings, links),
      service: service(chat, welcome),
      moderation: moderation(chat),
      inviteLinks: inviteLinks(chat),
      own: own(chat),
      webhooks: webhooks(chat),
      hooks: hooks(chat, freshId),
      session: session(chat, yield* Accounts, yield* AccessTokens, yield* Meters),
      me: me(chat),
      users: users(chat),
      tokens: tokens(chat),
      invitations: invitations(chat),
    }
  })
