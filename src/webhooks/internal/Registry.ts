import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { TokenBucket } from "../../domain/TokenBucket.ts"
import { type OutgoingWebhook, type Webhook, WebhookId } from "../Webhook.ts"
import type { Worker } from "./Worker.ts"

const isWebhookId = Schema.is(WebhookId)

/** A webhook while the service runs. */
export interface Known {
  readonly webhook: Webhook
  /** Of one that goes out. */
  readonly worker: Worker | undefined
  /** Of one that comes in. */
  readonly bucket: TokenBucket | undefined
}

/** All webhooks, by their ids and by their channels. As many as the settings let there be. */
export class Registry {
  private readonly byId = new Map<WebhookId, Known>()
  private readonly byChannel = new Map<ChannelId, ReadonlyArray<WebhookId>>()
  /** Channels that a webhook goes out of: looked at for every batch that is stored anywhere. */
  private readonly watched = new Set<ChannelId>()

  get size(): number {
    return this.byId.size
  }

  get all(): Iterable<Known> {
    return this.byId.values()
  }

  get(id: WebhookId): Known | undefined {
    return this.byId.get(id)
  }

  /** By an id that may be none. */
  named(id: string): Known | undefined {
    return isWebhookId(id) ? this.byId.get(id) : undefined
  }

  of(channel: ChannelId): ReadonlyArray<Known> {
    return (this.byChannel.get(channel) ?? []).map((id) => this.byId.get(id)!)
  }

  watches(channel: ChannelId): boolean {
    return this.watched.size > 0 && this.watched.has(channel)
  }

  set(known: Known): void {
    const { channel, id, kind } = known.webhook
    if (!this.byId.has(id)) this.byChannel.set(channel, [...(this.byChannel.get(channel) ?? []), id])
    this.byId.set(id, known)
    if (kind === "outgoing") this.watched.add(channel)
  }

  delete(id: WebhookId): void {
    const known = this.byId.get(id)
    if (known === undefined) return
    const { channel } = known.webhook
    this.byId.delete(id)
    const left = (this.byChannel.get(channel) ?? []).filter((other) => other !== id)
    if (left.length === 0) this.byChannel.delete(channel)
    else this.byChannel.set(channel, left)
    if (!this.of(channel).some(({ webhook }) => webhook.kind === "outgoing")) this.watched.delete(channel)
  }
}

/** Whether both are kept the same, but for how far it has come. */
export const isSame = (one: Webhook, other: Webhook): boolean => keptOf(one) === keptOf(other)

const keptOf = (webhook: Webhook): string => {
  const { channel, disabled, kind } = webhook
  if (webhook.kind === "incoming") return JSON.stringify([kind, channel, disabled, webhook.name, webhook.fingerprint])
  const { events, former, secret, url } = webhook
  const secrets = [Redacted.value(secret), former && Redacted.value(former.secret), former?.until]
  return JSON.stringify([kind, channel, disabled, url, events, secrets])
}

export const isOutgoing = (webhook: Webhook): webhook is OutgoingWebhook => webhook.kind === "outgoing"
