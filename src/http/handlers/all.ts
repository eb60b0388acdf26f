/** What answers each group of the API. */
import * as Effect from "effect/Effect"
import { Chat } from "../../chat/Chat.ts"
import type { Api } from "../api/Api.ts"
import type { AllHandlers } from "../Handler.ts"
import * as Ids from "../Ids.ts"
import { channels } from "./Channels.ts"
import { service } from "./Service.ts"
import { messages } from "./Messages.ts"
import { moderation } from "./Moderation.ts"
import { own } from "./Own.ts"
import { hooks, webhooks } from "./Webhooks.ts"

export const handlers: Effect.Effect<AllHandlers<typeof Api>, never, Chat> = Effect.gen(function* () {
  const chat = yield* Chat
  const freshId = yield* Ids.make
  return {
    channels: channels(chat),
    messages: messages(chat, freshId),
    service: service(chat),
    moderation: moderation(chat),
    own: own(chat),
    webhooks: webhooks(chat),
    hooks: hooks(chat, freshId),
  }
})
