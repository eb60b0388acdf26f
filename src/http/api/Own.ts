import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Ask from "../../protocol/v2/ClientFrame.ts"
import * as Tell from "../../protocol/v2/ServerFrame.ts"
import { Authorization } from "./Authorization.ts"
import { answer, channel, pick, username } from "./fields.ts"

/** What is one's own business. */
export const Own = HttpApiGroup.make("own")
  .add(
    HttpApiEndpoint.get("unread", "/unread", {
      query: pick(Ask.ListUnread, "after"),
      success: answer(Tell.Unread),
    }).annotate(OpenApi.Summary, "What is new in the channels that count for one, 100 a page"),
    HttpApiEndpoint.put("read", "/channels/:channel/read", {
      params: { channel },
      payload: Schema.Struct(pick(Ask.Read, "seq")),
    })
      .annotate(OpenApi.Summary, "Note how far one has read; it never goes back")
      .annotate(OpenApi.Description, "From the first time on the channel counts in `/unread`."),
    HttpApiEndpoint.get("blocks", "/blocks", { success: answer(Tell.Blocked) }).annotate(
      OpenApi.Summary,
      "Those whose direct messages one does not want",
    ),
    HttpApiEndpoint.put("block", "/blocks/:username", { params: { username } }).annotate(
      OpenApi.Summary,
      "Want no direct messages from somebody, who is not told",
    ),
    HttpApiEndpoint.delete("unblock", "/blocks/:username", { params: { username } }).annotate(
      OpenApi.Summary,
      "Want them again",
    ),
    HttpApiEndpoint.put("setStatus", "/status", {
      payload: Schema.Struct(pick(Ask.SetStatus, "status", "text")),
    }).annotate(OpenApi.Summary, "Set how one appears wherever one is present"),
  )
  .annotate(OpenApi.Description, "How far one has read, whom one does not want to hear, how one appears")
  .middleware(Authorization)
