/** What all operations on webhooks share: they are for who may configure the channel, and that is checked in the channel. */
import * as Effect from "effect/Effect"
import type { ChannelId } from "../../../domain/ChannelId.ts"
import type { ChannelName } from "../../../domain/ChannelName.ts"
import { RequestError } from "../../../domain/RequestError.ts"
import type { Seq } from "../../../domain/Seq.ts"
import type { OutgoingWebhook, Webhook, WebhookId } from "../../../webhooks/Webhook.ts"
import type { WebhooksShape } from "../../../webhooks/WebhooksShape.ts"
import type { Caller } from "../../Caller.ts"
import type { ChatShape } from "../../Chat.ts"
import { anywhere, readable } from "../../internal/inChannel.ts"
import { administering } from "../../Operation.ts"

export const managing = [...administering, "ChannelArchived", "NotSupported"] as const
export const managingOne = [...managing, "NoSuchWebhook", "InvalidFrame"] as const

/** Where a webhook is looked for. */
export interface WebhookRequest {
  readonly channel: ChannelName
  readonly webhook: WebhookId
}

/** The channel, and how far its members were told. */
interface Place {
  readonly id: ChannelId
  readonly seq: Seq
}

/** The place of a channel that the caller may configure. */
export const locate = (chat: ChatShape, caller: Caller, channel: ChannelName): Effect.Effect<Place, RequestError> =>
  anywhere(chat, caller, channel, (link) =>
    link.ask<"Location">((request) => ({ type: "Locate", by: caller.by, request, right: "configure" })),
  )

const notSupported = () => new RequestError({ reason: "NotSupported", detail: "This service has no webhooks" })

export const noSuchWebhook = () => new RequestError({ reason: "NoSuchWebhook", field: "webhook" })

/** Goes on in a channel that the caller may configure. */
export const managed = <A>(
  chat: ChatShape,
  caller: Caller,
  channel: ChannelName,
  use: (webhooks: WebhooksShape, place: Place) => Effect.Effect<A, RequestError>,
): Effect.Effect<A, RequestError> =>
  Effect.suspend(() => {
    const { webhooks } = chat
    if (webhooks === undefined) return Effect.fail(notSupported())
    return Effect.andThen(
      readable("read webhooks", webhooks.ready),
      Effect.flatMap(locate(chat, caller, channel), (place) => use(webhooks, place)),
    )
  })

/** Goes on with a webhook of such a channel. */
export const managedOne = <A>(
  chat: ChatShape,
  caller: Caller,
  { channel, webhook: id }: WebhookRequest,
  use: (webhooks: WebhooksShape, webhook: Webhook) => Effect.Effect<A, RequestError>,
): Effect.Effect<A, RequestError> =>
  managed(chat, caller, channel, (webhooks, place) => {
    const webhook = webhooks.get(id)
    // That of another channel is none.
    return webhook?.channel === place.id ? use(webhooks, webhook) : Effect.fail(noSuchWebhook())
  })

/** Goes on with one that goes out. */
export const managedOutgoing = <A>(
  chat: ChatShape,
  caller: Caller,
  request: WebhookRequest,
  use: (webhooks: WebhooksShape, webhook: OutgoingWebhook) => Effect.Effect<A, RequestError>,
): Effect.Effect<A, RequestError> =>
  managedOne(chat, caller, request, (webhooks, webhook) =>
    webhook.kind === "outgoing"
      ? use(webhooks, webhook)
      : Effect.fail(new RequestError({ reason: "NotSupported", detail: "A webhook that comes in delivers nothing" })),
  )
