import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Seq } from "../../domain/Seq.ts"
import { Username } from "../../domain/Username.ts"
import * as Ask from "../../protocol/v2/ClientFrame.ts"
import * as Tell from "../../protocol/v2/ServerFrame.ts"
import { DisabledReason, WebhookEvent, WebhookId } from "../../webhooks/Webhook.ts"
import { Authorization } from "./Authorization.ts"
import { answer, channel, described, optional, pick } from "./fields.ts"
import { idempotency } from "./Messages.ts"

const id = described(WebhookId, "The webhook's id.")
const at = described(Schema.Finite, "Milliseconds since 1970.")
const url = described(Schema.String, "Where to what happens is posted: https or http.")
const events = described(Schema.Array(WebhookEvent), "What is posted there.")
const name = described(Schema.String, "By what is shown what comes in; behind it stands `[bot]`.")

const Webhook = Schema.Struct({
  id,
  kind: described(Schema.Literals(["outgoing", "incoming"]), "Which way."),
  created_at: at,
  by: described(Username, "Who has made it."),
  disabled: optional(
    DisabledReason,
    "Why nothing goes this way: `asked`; `gone`, as the receiver said (410); `failing`, since 20 deliveries in a row were given up.",
  ),
  name: Schema.optionalKey(name),
  url: Schema.optionalKey(url),
  events: Schema.optionalKey(events),
}).annotate({ title: "Webhook" })

const Created = Schema.Struct({
  webhook: Webhook,
  secret: described(Schema.String, "What signs deliveries, or stands in the address. It is not shown again."),
  path: optional(Schema.String, "Of one that comes in: its address, below that of the service. It is a secret, too."),
})

const Attempt = Schema.Struct({
  delivery: described(Schema.String, "The same for each attempt: the receiver has it as `webhook-id`."),
  type: described(Schema.String, "What it was about: an event, `Missed` or `Test`."),
  at,
  took: described(Schema.Finite, "Milliseconds until there was an answer, or none."),
  status: optional(Schema.Int, "What the receiver answered; absent where it did not."),
  outcome: described(
    Schema.Literals(["taken", "later", "never", "gone"]),
    "Taken; tried again later, as often as the table says; given up at once; or the receiver wants nothing any more.",
  ),
  error: optional(Schema.String, "Why it was not taken."),
}).annotate({ title: "Attempt" })

const DeadLetter = Schema.Struct({
  delivery: Schema.String,
  type: Schema.String,
  seq: described(Seq, "Its place in the channel."),
  at,
  attempts: Schema.Int,
  error: Schema.String,
}).annotate({ title: "DeadLetter" })

const webhooks = "/channels/:channel/webhooks"
const webhook = `${webhooks}/:webhook` as const
const params = { channel, webhook: id }

export const Webhooks = HttpApiGroup.make("webhooks")
  .add(
    HttpApiEndpoint.get("list", webhooks, {
      params: { channel },
      success: Schema.Struct({ webhooks: Schema.Array(Webhook) }),
    }).annotate(OpenApi.Summary, "The webhooks of a channel"),
    HttpApiEndpoint.post("create", webhooks, {
      params: { channel },
      payload: Schema.Struct({
        url: Schema.optionalKey(url),
        events: Schema.optionalKey(events),
        name: Schema.optionalKey(name),
      }),
      success: Created.pipe(HttpApiSchema.status(201)),
    })
      .annotate(OpenApi.Summary, "Make a webhook: with a url one that goes out, with a name one that comes in")
      .annotate(
        OpenApi.Description,
        "For who may configure the channel. docs/BOTS.md says what is posted, and how it is signed.",
      ),
    HttpApiEndpoint.get("describe", webhook, { params, success: Webhook }).annotate(
      OpenApi.Summary,
      "A webhook, without its secret",
    ),
    HttpApiEndpoint.patch("update", webhook, {
      params,
      payload: Schema.Struct({
        url: Schema.optionalKey(url),
        events: Schema.optionalKey(events),
        name: Schema.optionalKey(name),
        enabled: optional(Schema.Boolean, "Enabled again, it delivers what it has missed."),
      }),
      success: Webhook,
    }).annotate(OpenApi.Summary, "Change a webhook; what is left out stays"),
    HttpApiEndpoint.delete("delete", webhook, { params }).annotate(OpenApi.Summary, "Remove a webhook for good"),
    HttpApiEndpoint.post("rotate", `${webhook}/secret`, { params, success: Created })
      .annotate(OpenApi.Summary, "Give a webhook another secret")
      .annotate(
        OpenApi.Description,
        "The former address of one that comes in is none from now on; deliveries are signed with both secrets for a day.",
      ),
    HttpApiEndpoint.post("test", `${webhook}/test`, { params, success: Attempt }).annotate(
      OpenApi.Summary,
      "Try whether something arrives",
    ),
    HttpApiEndpoint.get("deliveries", `${webhook}/deliveries`, {
      params,
      success: Schema.Struct({
        recent: described(Schema.Array(Attempt), "The latest attempts of this run of the service, the last first."),
        dead: described(Schema.Array(DeadLetter), "What was given up, the latest first; at most 100."),
        forgotten: described(Schema.Int, "How many more were given up before."),
      }),
    }).annotate(OpenApi.Summary, "What was delivered lately, and what was given up"),
    HttpApiEndpoint.post("replay", `${webhook}/deliveries/:delivery/replay`, {
      params: { ...params, delivery: described(Schema.String, "The dead letter's.") },
      success: Attempt,
    }).annotate(OpenApi.Summary, "Send once more what was given up, as it is now"),
  )
  .annotate(OpenApi.Description, "Ways out of a channel and into it, for programs")
  .middleware(Authorization)

export const Hooks = HttpApiGroup.make("hooks")
  .add(
    HttpApiEndpoint.post("receive", "/hooks/:webhook/:secret", {
      params: {
        webhook: described(Schema.String, "The webhook's id."),
        secret: described(Schema.String, "What it got when it was made: `path` has both."),
      },
      headers: idempotency,
      payload: Schema.Struct({
        content: optional(Schema.String, "What is said."),
        text: optional(Schema.String, "The same, for programs that know Slack's webhooks."),
        ...pick(Ask.Publish, "reply_to"),
      }),
      success: answer(Tell.Published).pipe(HttpApiSchema.status(201)),
    }).annotate(OpenApi.Summary, "Say something by a webhook's address, which is all that it takes"),
  )
  .annotate(OpenApi.Description, "Where messages come in by webhooks")
