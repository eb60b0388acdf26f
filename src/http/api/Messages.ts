import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Given } from "../../domain/Reaction.ts"
import * as Ask from "../../protocol/v2/ClientFrame.ts"
import { Entry } from "../../protocol/v2/Entry.ts"
import * as Tell from "../../protocol/v2/ServerFrame.ts"
import { Authorization } from "./Authorization.ts"
import { answer, channel, optional, pick, seq } from "./fields.ts"

/** Longer ones than the protocol's ids are taken by their fingerprint. */
const maxKeyLength = 255

const expected = `1 to ${maxKeyLength} visible ASCII characters`

const IdempotencyKey = Schema.String.check(
  Schema.isPattern(new RegExp(`^[!-~]{1,${maxKeyLength}}$`), {
    title: "IdempotencyKey",
    description: expected,
    expected,
  }),
)

/** Of what may be sent again. */
export const idempotency = {
  "idempotency-key": optional(
    IdempotencyKey,
    "Made by the client, new for each request. Sent again within ten minutes it is done only once, and answered as before.",
  ),
}

const message = "/channels/:channel/messages/:seq"
const params = { channel, seq }
const reaction = Given.annotate({ description: "An emoji, or a short word, in whatever form" })
const Receipt = answer(Tell.Published)

export const Messages = HttpApiGroup.make("messages")
  .add(
    HttpApiEndpoint.get("page", "/channels/:channel/messages", {
      params: { channel },
      query: pick(Ask.History, "after", "before", "since", "until", "limit"),
      success: answer(Tell.HistoryPage),
    }).annotate(OpenApi.Summary, "A page of what was said, from one of four ends; without any, the latest"),
    HttpApiEndpoint.post("publish", "/channels/:channel/messages", {
      params: { channel },
      headers: idempotency,
      payload: Schema.Struct(pick(Ask.Publish, "content", "file", "reply_to")),
      success: Receipt.pipe(HttpApiSchema.status(201)),
    })
      .annotate(OpenApi.Summary, "Say something")
      .annotate(OpenApi.Description, "Answered when it has its place and is as safe as `durability` says."),
    HttpApiEndpoint.get("get", message, { params, success: Entry }).annotate(
      OpenApi.Summary,
      "One message, as it is now",
    ),
    HttpApiEndpoint.patch("edit", message, {
      params,
      headers: idempotency,
      payload: Schema.Struct(pick(Ask.Edit, "content")),
      success: Receipt,
    }).annotate(OpenApi.Summary, "Say something else in one's own message"),
    HttpApiEndpoint.delete("delete", message, { params, headers: idempotency, success: Receipt }).annotate(
      OpenApi.Summary,
      "Take a message away: one's own, or as a moderator any",
    ),
    HttpApiEndpoint.put("react", `${message}/reactions/:reaction`, {
      params: { ...params, reaction },
      headers: idempotency,
      success: Receipt,
    }).annotate(OpenApi.Summary, "React to a message"),
    HttpApiEndpoint.delete("unreact", `${message}/reactions/:reaction`, {
      params: { ...params, reaction },
      headers: idempotency,
      success: Receipt,
    }).annotate(OpenApi.Summary, "Take a reaction back"),
    HttpApiEndpoint.get("search", "/search", {
      query: pick(Ask.Search, "text", "channel", "before", "limit"),
      success: answer(Tell.SearchResult),
    })
      .annotate(OpenApi.Summary, "Messages that have all these words")
      .annotate(
        OpenApi.Description,
        'In `text` are words, "phrases" in quotes, and filters: `from:NAME`, `in:CHANNEL`, `before:2026-11-01`, `after:2026-11-01`, `has:file`, `has:link`. ' +
          "Without `channel`: in the channels that count for one, which are those one has noted to have read in, and direct conversations.",
      ),
  )
  .annotate(OpenApi.Description, "What is said")
  .middleware(Authorization)
