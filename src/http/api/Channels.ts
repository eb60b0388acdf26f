import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { PresentUser } from "../../domain/Appearance.ts"
import * as Ask from "../../protocol/v2/ClientFrame.ts"
import * as Tell from "../../protocol/v2/ServerFrame.ts"
import { Authorization } from "./Authorization.ts"
import { answer, channel, described, optional, pick } from "./fields.ts"

export const Channels = HttpApiGroup.make("channels")
  .add(
    HttpApiEndpoint.get("list", "/channels", {
      query: pick(Ask.ListChannels, "after"),
      success: answer(Tell.Channels),
    }).annotate(OpenApi.Summary, "The channels by name, 100 a page"),
    HttpApiEndpoint.post("create", "/channels", {
      payload: Schema.Struct(pick(Ask.CreateChannel, "channel", "access", "topic", "durability")),
      success: Schema.Struct({ channel }).pipe(HttpApiSchema.status(201)),
    }).annotate(OpenApi.Summary, "Make a channel and own it"),
    HttpApiEndpoint.get("describe", "/channels/:channel", {
      params: { channel },
      success: answer(Tell.ChannelInfo),
    }).annotate(OpenApi.Summary, "What a channel is, and who may do what there"),
    HttpApiEndpoint.patch("configure", "/channels/:channel", {
      params: { channel },
      payload: Schema.Struct({
        ...pick(Ask.Configure, "access", "archived", "slow_mode", "durability"),
        topic: Schema.optionalKey(Ask.SetTopic.fields.topic),
        name: optional(Ask.RenameChannel.fields.name, "What it is called from now on."),
      }),
    })
      .annotate(OpenApi.Summary, "Change a channel; what is left out stays")
      .annotate(
        OpenApi.Description,
        "First who may enter and speak and how, then the topic, then the name, and the archive at the end: where one of these is refused, what comes before it is done.",
      ),
    HttpApiEndpoint.delete("delete", "/channels/:channel", { params: { channel } }).annotate(
      OpenApi.Summary,
      "Remove a channel with all that was said there, as an administrator of the service",
    ),
    HttpApiEndpoint.get("members", "/channels/:channel/members", {
      params: { channel },
      success: Schema.Struct({
        count: described(Schema.Int, "Users present."),
        members: described(Schema.Array(PresentUser), "Who they are; empty in a channel so large that it only counts."),
      }),
    }).annotate(OpenApi.Summary, "Who is present"),
    HttpApiEndpoint.get("audit", "/channels/:channel/audit", {
      params: { channel },
      query: pick(Ask.Audit, "before"),
      success: answer(Tell.AuditLog),
    }).annotate(OpenApi.Summary, "What was done with rights, the latest first, 100 a page"),
  )
  .annotate(OpenApi.Description, "Channels, and who is there")
  .middleware(Authorization)
