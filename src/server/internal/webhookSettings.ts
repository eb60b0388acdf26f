/** The settings of webhooks. */
import { setting } from "./field.ts"
import { duration, int, networks } from "./kind.ts"

const million = 1_000_000

export const webhookSettings = {
  "webhooks.allow": setting(
    "webhooks.allow",
    networks,
    "Networks that webhooks may lead to though they are not of the internet, as those of this machine and its neighbours",
  ),
  "webhooks.per-channel": setting("webhooks.perChannel", int(0, 1000), "Webhooks of one channel"),
  "webhooks.max": setting("webhooks.total", int(0, 100_000), "Webhooks of all channels"),
  "webhooks.timeout": setting(
    "webhooks.timeout",
    duration("1 second", "1 minute"),
    "Time that a receiver has to answer a delivery",
  ),
  "webhooks.concurrency": setting(
    "webhooks.concurrency",
    int(1, 10_000),
    "Deliveries under way at once; a webhook has one at a time",
  ),
  "webhooks.max-behind": setting(
    "webhooks.maxBehind",
    int(1, 1000 * million),
    "Entries that a webhook may be behind; those before are not delivered, which its receiver is told",
  ),
  "webhooks.burst": setting(
    "webhooks.incoming.burst",
    int(1, million),
    "Messages that may come in by one webhook at once",
  ),
  "webhooks.per-second": setting("webhooks.incoming.perSecond", int(1, million), "The same a second"),
}
