import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import { TrustedNetworks } from "../domain/TrustedNetworks.ts"

export interface WebhookSettings {
  /** Networks that are not of the internet, and may be posted to all the same. */
  readonly allow: TrustedNetworks
  /** Webhooks of one channel, those that come in included. */
  readonly perChannel: number
  /** Webhooks of all channels. */
  readonly total: number
  /** Time for an answer to a delivery, from the lookup of the host's name on. */
  readonly timeout: Duration.Duration
  /** Deliveries under way at once, one of each webhook at most. */
  readonly concurrency: number
  /** Entries that one may be behind: before that they are missed, which its receiver is told. */
  readonly maxBehind: number
  /** Messages that may come in by one webhook at once, and then each second. */
  readonly incoming: { readonly burst: number; readonly perSecond: number }
}

export const defaults: WebhookSettings = {
  allow: TrustedNetworks.none,
  perChannel: 10,
  total: 10_000,
  timeout: Duration.seconds(10),
  concurrency: 64,
  maxBehind: 10_000,
  incoming: { burst: 10, perSecond: 1 },
}

/** A reference: without a layer it has the defaults. */
export const WebhookSettings = Context.Reference<WebhookSettings>("natter/webhooks/WebhookSettings", {
  defaultValue: () => defaults,
})
