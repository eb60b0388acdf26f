/** As whom a webhook speaks that brings messages in. */
import { botMark } from "../domain/PlainName.ts"
import { type User, webhookUserId } from "../domain/User.ts"
import { Username } from "../domain/Username.ts"
import type { IncomingWebhook } from "./Webhook.ts"

/** What it is shown by. No account gets a name with such a mark, so it passes for nobody. */
export const botName = (name: string): string => name + botMark

export const userOf = ({ id, name }: IncomingWebhook): User => ({
  id: webhookUserId(id),
  name: Username.make(botName(name)),
  role: "member",
})
