/** What a version 2 client sends about invitations to channels for whoever has the code. */
import * as Schema from "effect/Schema"
import { ChannelName } from "../../domain/ChannelName.ts"
import { maxCodeLength, maxInviteUses } from "../../domain/InviteCode.ts"
import { field, optional, textUpTo, u32, u64 } from "../internal/field.ts"
import { frame } from "../internal/frame.ts"

const ref = optional(u64, "Chosen by the client; the reply or the error to this frame carries the same.")

export const CreateInviteLink = frame(
  "CreateInviteLink",
  { description: "Make an invitation to a channel for whoever has its code.", reply: "InviteLinkCreated" },
  {
    ref,
    channel: ChannelName,
    lifetime: optional(u64, "Milliseconds that it is good. Default: without end."),
    uses: optional(
      u32.check(Schema.isBetween({ minimum: 1, maximum: maxInviteUses })),
      "How many may come in by it. Default: any number.",
    ),
  },
)
const ListInviteLinks = frame(
  "ListInviteLinks",
  { description: "The invitations by which somebody may still come in; for who may make them.", reply: "InviteLinks" },
  { ref, channel: ChannelName },
)
const RevokeInviteLink = frame(
  "RevokeInviteLink",
  { description: "Take an invitation back. Who has come in by it stays.", reply: "Ok" },
  { ref, channel: ChannelName, id: field(textUpTo(maxCodeLength), "The invitation's, as `InviteLinks` has it.") },
)
export const AcceptInvite = frame(
  "AcceptInvite",
  {
    description: "Become a member of the channel to which an invitation leads. `Join` enters it then.",
    reply: "InviteAccepted",
    event: "RoleChanged",
  },
  { ref, code: field(textUpTo(maxCodeLength), "The invitation's.") },
)

export const all = [CreateInviteLink, ListInviteLinks, RevokeInviteLink, AcceptInvite] as const
