import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { AddressRange } from "../../domain/AddressRange.ts"
import { ChannelRole } from "../../domain/ChannelRole.ts"
import * as Ask from "../../protocol/v2/ClientFrame.ts"
import { Authorization } from "./Authorization.ts"
import { channel, described, pick, username } from "./fields.ts"

const params = { channel, username }
const address = described(
  AddressRange,
  "An address, or a range of them as in 192.0.2.0/24, whose `/` is `%2F` in a path.",
)
const ofAddress = { channel, address }
const sanction = Schema.Struct(pick(Ask.Ban, "duration", "reason"))

export const Moderation = HttpApiGroup.make("moderation")
  .add(
    HttpApiEndpoint.put("setRole", "/channels/:channel/roles/:username", {
      params,
      payload: Schema.Struct({ role: ChannelRole }),
    }).annotate(OpenApi.Summary, "Say what somebody may do in a channel"),
    HttpApiEndpoint.delete("removeRole", "/channels/:channel/roles/:username", { params }).annotate(
      OpenApi.Summary,
      "Make somebody a stranger to a channel again",
    ),
    HttpApiEndpoint.put("invite", "/channels/:channel/invitations/:username", { params }).annotate(
      OpenApi.Summary,
      "Let somebody into a private channel",
    ),
    HttpApiEndpoint.delete("kick", "/channels/:channel/members/:username", {
      params,
      query: pick(Ask.Kick, "reason"),
    }).annotate(OpenApi.Summary, "Put somebody out of a channel, who may come back"),
    HttpApiEndpoint.put("ban", "/channels/:channel/bans/:username", { params, payload: sanction }).annotate(
      OpenApi.Summary,
      "Keep somebody out of a channel",
    ),
    HttpApiEndpoint.delete("unban", "/channels/:channel/bans/:username", { params }).annotate(
      OpenApi.Summary,
      "Let somebody in again",
    ),
    HttpApiEndpoint.put("banAddress", "/channels/:channel/address-bans/:address", {
      params: ofAddress,
      payload: sanction,
    }).annotate(OpenApi.Summary, "Keep a range of addresses out of a channel, as an administrator of the service"),
    HttpApiEndpoint.delete("unbanAddress", "/channels/:channel/address-bans/:address", { params: ofAddress }).annotate(
      OpenApi.Summary,
      "Let a range of addresses in again",
    ),
    HttpApiEndpoint.put("mute", "/channels/:channel/mutes/:username", { params, payload: sanction }).annotate(
      OpenApi.Summary,
      "Let somebody listen only",
    ),
    HttpApiEndpoint.delete("unmute", "/channels/:channel/mutes/:username", { params }).annotate(
      OpenApi.Summary,
      "Let somebody speak again",
    ),
  )
  .annotate(OpenApi.Description, "Who may do what in a channel")
  .middleware(Authorization)
