/** Members who were in the channel while it ran elsewhere, or could not be reached. */
import type { ChannelEvent } from "../../../domain/ChannelEvent.ts"
import type { ChannelId } from "../../../domain/ChannelId.ts"
import { RequestError } from "../../../domain/RequestError.ts"
import type { Seq } from "../../../domain/Seq.ts"
import { type StoreTrouble, unavailable } from "../../../domain/StoreTrouble.ts"
import type { ChannelCommandOf, Outcome, Requester } from "../ChannelCommand.ts"
import type { Access } from "./access.ts"
import type { Attendance } from "./Attendance.ts"

interface Channel {
  readonly access: Access
  readonly attendance: Attendance
  readonly id: ChannelId
  readonly told: Seq
  readonly stale: boolean
  readonly trouble: StoreTrouble | undefined
}

const refused = (error: RequestError): Outcome => ({ type: "Refused", error })

/**
 * Has those in again who may be, and says what they will be told. Where they went with a link before in the same turn, that is
 * taken out of its `events`: it would be told behind their coming back, which nobody is told of.
 */
export const resume = (
  { access, attendance, id, stale, told, trouble }: Channel,
  events: Array<ChannelEvent>,
  retired: boolean,
  command: ChannelCommandOf<"Resume">,
  now: number,
): Outcome => {
  if (retired) return { type: "Gone" }
  if (stale) return refused(unavailable(trouble))
  if (command.id !== undefined && command.id !== id) return refused(new RequestError({ reason: "NoSuchChannel" }))
  const mayStay = (by: Requester) => access.refusal("join", by, now) === undefined
  attendance.resume(command, mayStay, now)
  const back = new Set(command.members.flatMap(({ session }) => (attendance.members.has(session) ? session : [])))
  for (let at = events.length - 1; at >= 0; at--) {
    const event = events[at]!
    if (event.type === "Exited" && back.has(event.session)) events.splice(at, 1)
  }
  return { type: "Resumed", id: access.record === undefined ? undefined : id, seq: told }
}
