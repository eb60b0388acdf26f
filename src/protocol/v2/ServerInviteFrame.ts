/** What a version 2 client receives about invitations to channels for whoever has the code. */
import * as Schema from "effect/Schema"
import { ChannelName } from "../../domain/ChannelName.ts"
import { Username } from "../../domain/Username.ts"
import { field, optional, text, timestamp, u32, u64 } from "../internal/field.ts"
import { frame } from "../internal/frame.ts"

const ref = optional(u64, "The request's.")

export const InviteLinkCreated = frame(
  "InviteLinkCreated",
  { description: "An invitation for whoever has its code." },
  {
    ref,
    channel: ChannelName,
    id: field(text, "By which it is taken back; nobody comes in by it."),
    code: field(text, "By which `AcceptInvite` comes in. It is not shown again."),
    until: optional(timestamp, "When it ends; absent where it does not."),
  },
)
const InviteLink = Schema.Struct({
  id: field(text, "By which it is taken back."),
  by: field(Username, "Who has made it."),
  created: field(timestamp, "Milliseconds since 1970, UTC."),
  until: optional(timestamp, "When it ends; absent where it does not."),
  uses: optional(u32, "How many may come in by it; absent where any number may."),
  used: field(u32, "How many have."),
}).annotate({ title: "InviteLink", description: "an invitation for whoever has its code" })
export const InviteLinks = frame(
  "InviteLinks",
  { description: "The invitations to a channel by which somebody may still come in, the oldest first." },
  { ref, channel: ChannelName, links: Schema.Array(InviteLink) },
)
export const InviteAccepted = frame(
  "InviteAccepted",
  { description: "You are a member of this channel." },
  { ref, channel: ChannelName },
)

export const all = [InviteLinkCreated, InviteLinks, InviteAccepted] as const
