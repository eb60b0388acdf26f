/** Invitations to channels for whoever has the code, as version 2 says them. */
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { Person } from "../../domain/User.ts"
import type { ServerFrameOf } from "./ServerFrame.ts"

type Ref = number | undefined

const refOf = (ref: Ref) => (ref === undefined ? {} : { ref })

interface InviteLink {
  readonly id: string
  readonly by: Person
  readonly createdAt: number
  readonly until: number | undefined
  readonly uses: number | undefined
  readonly used: number
}

export const inviteLinkCreated = (
  ref: Ref,
  channel: ChannelName,
  { id, until }: InviteLink,
  code: string,
): ServerFrameOf<"InviteLinkCreated"> => ({
  type: "InviteLinkCreated",
  ...refOf(ref),
  channel,
  id,
  code,
  ...(until === undefined ? {} : { until }),
})

export const inviteLinks = (
  ref: Ref,
  channel: ChannelName,
  links: ReadonlyArray<InviteLink>,
): ServerFrameOf<"InviteLinks"> => ({
  type: "InviteLinks",
  ...refOf(ref),
  channel,
  links: links.map(({ by, createdAt, id, until, used, uses }) => ({
    id,
    by: by.name,
    created: createdAt,
    ...(until === undefined ? {} : { until }),
    ...(uses === undefined ? {} : { uses }),
    used,
  })),
})

export const inviteAccepted = (ref: Ref, channel: ChannelName): ServerFrameOf<"InviteAccepted"> => ({
  type: "InviteAccepted",
  ...refOf(ref),
  channel,
})
