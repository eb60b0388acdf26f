import { RequestError } from "../../../domain/RequestError.ts"
import type { ChannelCommandOf, Outcome } from "../ChannelCommand.ts"
import type { Access } from "./access.ts"
import { type Attendance, personOf } from "./Attendance.ts"

/** A member who may say something offers a file: that is said, too, and told to the others. */
export const offer = (
  access: Access,
  attendance: Attendance,
  { by, name, size, transfer }: ChannelCommandOf<"Offer">,
  now: number,
): Outcome => {
  const { session, user } = by
  if (session === undefined || !attendance.members.has(session)) {
    return { type: "Refused", error: new RequestError({ reason: "NotMember" }) }
  }
  access.said(user.id, now)
  attendance.tell({ type: "Offered", transfer, session, from: personOf(user), name, size })
  return { type: "Done" }
}
