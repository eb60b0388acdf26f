import { maxNameLength } from "../../../domain/Limits.ts"
import * as PlainName from "../../../domain/PlainName.ts"
import { RequestError } from "../../../domain/RequestError.ts"
import { isUsername } from "../../../domain/Username.ts"
import { botName } from "../../../webhooks/Bot.ts"
import { invalid } from "../../internal/checks.ts"
import type { WebhooksShape } from "../../../webhooks/WebhooksShape.ts"

/** What is wrong with where a webhook should lead; undefined where nothing is, or it is left as it is. */
export const leads = (webhooks: WebhooksShape, url: string | undefined): RequestError | undefined => {
  const wrong = url === undefined ? undefined : webhooks.wrongIn(url)
  return wrong === undefined
    ? undefined
    : new RequestError({ reason: "InvalidWebhookUrl", field: "url", detail: `A webhook cannot lead there: ${wrong}` })
}

/** What is wrong with what a webhook should be called. */
export const named = (name: string | undefined): RequestError | undefined => {
  if (name === undefined) return undefined
  if (!isUsername(botName(name))) {
    const longest = maxNameLength - botName("").length
    return invalid("name", `a name has 1 to ${longest} characters, and all of them are to be seen`)
  }
  const wrong = PlainName.wrongIn(name)
  return wrong === undefined ? undefined : invalid("name", wrong)
}
