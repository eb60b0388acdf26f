import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Ask from "../../protocol/v2/ClientInviteFrame.ts"
import * as Tell from "../../protocol/v2/ServerInviteFrame.ts"
import { Authorization } from "./Authorization.ts"
import { answer, channel, id, pick } from "./fields.ts"

export const InviteLinks = HttpApiGroup.make("inviteLinks")
  .add(
    HttpApiEndpoint.get("list", "/channels/:channel/invite-links", {
      params: { channel },
      success: answer(Tell.InviteLinks),
    }).annotate(OpenApi.Summary, "The invitations by which somebody may still come in, without their codes"),
    HttpApiEndpoint.post("create", "/channels/:channel/invite-links", {
      params: { channel },
      payload: Schema.Struct(pick(Ask.CreateInviteLink, "lifetime", "uses")),
      success: answer(Tell.InviteLinkCreated).pipe(HttpApiSchema.status(201)),
    })
      .annotate(OpenApi.Summary, "Make an invitation for whoever has its code")
      .annotate(OpenApi.Description, "The page of the service takes the code at `/join/CODE`."),
    HttpApiEndpoint.delete("revoke", "/channels/:channel/invite-links/:id", { params: { channel, id } }).annotate(
      OpenApi.Summary,
      "Take an invitation back; who has come in by it stays",
    ),
    HttpApiEndpoint.post("accept", "/invite-links/accept", {
      payload: Schema.Struct(pick(Ask.AcceptInvite, "code")),
      success: answer(Tell.InviteAccepted),
    })
      .annotate(OpenApi.Summary, "Become a member of the channel to which an invitation leads")
      .annotate(OpenApi.Description, "Who is one already stays one, and nobody's place is taken."),
  )
  .annotate(OpenApi.Description, "Invitations to a channel by a link")
  .middleware(Authorization)
