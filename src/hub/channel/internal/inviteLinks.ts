/** What becomes of invitations for whoever has the code: pure. */
import { type ChannelRecord, type InviteLink, isOver } from "../../../channels/ChannelRecord.ts"
import { maxInviteLinks, unknownInvite } from "../../../domain/InviteCode.ts"
import { maxInteger } from "../../../domain/Limits.ts"
import { RequestError } from "../../../domain/RequestError.ts"
import type { AdministrationOf } from "../Administration.ts"
import { type Context, maxEach, type Note, person, type Plan, tooMany } from "./planning.ts"

export const created = (
  { id, lifetime, uses }: AdministrationOf<"CreateInviteLink">,
  { links }: ChannelRecord,
  { access, by, now }: Context,
  note: Note,
): Plan | RequestError => {
  const createdAt = access.dateAt(now)
  const over = [...links.values()].filter((link) => isOver(link, createdAt))
  if (links.size - over.length >= maxInviteLinks) return tooMany("invitation links", maxInviteLinks)
  const until = lifetime === undefined ? undefined : Math.min(createdAt + lifetime, maxInteger)
  const link: InviteLink = { id, by: person(by.user), createdAt, until, uses, used: 0 }
  return {
    // Those that are over make room.
    changes: [...over.map(({ id }) => ({ type: "Unlinked" as const, id })), { type: "Linked", link }],
    act: note("link", { detail: JSON.stringify({ id, lifetime, uses }) }),
  }
}

export const revoked = (
  { id }: AdministrationOf<"RevokeInviteLink">,
  { links }: ChannelRecord,
  note: Note,
): Plan | RequestError =>
  links.has(id) ? { changes: [{ type: "Unlinked", id }], act: note("unlink", { detail: id }) } : unknownInvite()

export const accepted = (
  { id }: AdministrationOf<"AcceptInvite">,
  record: ChannelRecord,
  { access, by, now }: Context,
  note: Note,
): Plan | RequestError => {
  const link = record.links.get(id)
  if (link === undefined || isOver(link, access.dateAt(now))) return unknownInvite()
  const isGuest = by.user.role === "guest"
  if (isGuest && record.access === "private") {
    return new RequestError({
      reason: "Forbidden",
      detail: "A guest is somebody else tomorrow: to come into a private channel one has to be registered",
    })
  }
  const refusal = access.refusal("accept", by, now)
  if (refusal !== undefined) return refusal
  // Who is in already takes nobody's place, and a guest comes into an open channel without a role.
  if (isGuest || access.roleOf(by.user.id) !== undefined) return { changes: [], act: undefined }
  if (record.roles.size >= maxEach) return tooMany("roles")
  return {
    changes: [
      { type: "Role", user: person(by.user), role: "member" },
      { type: "LinkUsed", id, used: link.used + 1 },
    ],
    act: note("accept", { detail: id }),
  }
}
