/** What comes in by a webhook: a message of its own, in its channel. */
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Option from "effect/Option"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { MessageId } from "../../domain/MessageId.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { Seq } from "../../domain/Seq.ts"
import { type ChannelLink, ChannelGone } from "../../hub/audience/ChannelLink.ts"
import { userOf } from "../../webhooks/Bot.ts"
import { opens } from "../../webhooks/fresh.ts"
import type { IncomingWebhook, WebhookId } from "../../webhooks/Webhook.ts"
import type { WebhooksShape } from "../../webhooks/WebhooksShape.ts"
import type { Caller } from "../Caller.ts"
import type { ChatShape } from "../Chat.ts"
import { anywhere, readable } from "../internal/inChannel.ts"
import { awaiting, leave, unsayable } from "../internal/post.ts"
import { rateLimited } from "../RateLimits.ts"
import type { Receipt } from "../Receipt.ts"

export interface Incoming {
  readonly webhook: WebhookId
  readonly secret: Redacted.Redacted
  readonly content: string
  /** The place of the message in the channel that it answers. */
  readonly replyTo?: Seq | undefined
  /** Made by the sender, as with `publish`. */
  readonly id: MessageId
}

/** What became of it, and where it is. */
export interface Received extends Receipt {
  readonly channel: ChannelName
}

/** The same for an address that is none, one whose secret is wrong, and one that is not in use. */
const unknown = () => new RequestError({ reason: "NoSuchWebhook" })

/** Whose address it is. */
const recognised = (webhooks: WebhooksShape, { secret, webhook: id }: Incoming): IncomingWebhook | undefined => {
  const found = webhooks.get(id)
  const webhook = found?.kind === "incoming" ? found : undefined
  return opens(webhook, secret) && webhook.disabled === undefined ? webhook : undefined
}

/** A name may be another channel's by now: then it is looked up again. */
const isIts = (caller: Caller, link: ChannelLink, webhook: IncomingWebhook) =>
  Effect.flatMap(
    link.ask<"Location">((request) => ({ type: "Locate", by: caller.by, request, right: "publish" })),
    ({ id }) => (id === webhook.channel ? Effect.void : Effect.fail(new ChannelGone())),
  )

/** Says it in the webhook's channel, by the webhook's own right; whoever has made it need not be there any more. */
export const receive = Effect.fnUntraced(function* (
  chat: ChatShape,
  incoming: Incoming,
): Effect.fn.Return<Received, RequestError> {
  const { webhooks } = chat
  if (webhooks === undefined) return yield* unknown()
  yield* readable("read webhooks", webhooks.ready)
  const webhook = recognised(webhooks, incoming)
  if (webhook === undefined) return yield* unknown()
  const error = unsayable(chat, incoming.content)
  if (error !== undefined) return yield* error
  const wait = webhooks.takeIncoming(webhook)
  if (wait > 0) return yield* rateLimited("messages", wait)
  const channel = yield* readable("find the channel of a webhook", chat.channels.get(webhook.channel))
  if (Option.isNone(channel)) return yield* unknown()
  const { name } = channel.value
  const caller: Caller = { by: { user: userOf(webhook), limited: true }, memberships: undefined, limits: undefined }
  const { by } = caller
  const { content, id, replyTo } = incoming
  const receipt = yield* awaiting((reply) =>
    anywhere(chat, caller, name, (link) =>
      Effect.andThen(
        isIts(caller, link, webhook),
        leave(link, reply, (request) => ({ type: "Publish", by, request, id, content, replyTo })),
      ),
    ),
  )
  webhooks.counters.received++
  return { ...receipt, channel: name }
})
