/** How users appear in a channel, as far as they may say something there. */
import type { UserId } from "../../../domain/User.ts"
import type { ChannelCommandOf } from "../ChannelCommand.ts"
import type { Access } from "./access.ts"
import type { Attendance } from "./Attendance.ts"

/** A new text beside a status is said like any other: it counts for slow mode, and whoever is silenced has none. */
export const setAppearance = (
  access: Access,
  attendance: Attendance,
  command: ChannelCommandOf<"SetAppearance">,
  now: number,
): void => {
  const present = attendance.presence.find(command.user)
  if (present === undefined) return
  const { text = "" } = command.appearance
  const says = text !== "" && text !== present.text
  const appearance = says ? access.sayable(present.user, command.appearance, now) : command.appearance
  if (says && appearance.text !== undefined) access.said(command.user, now)
  attendance.setAppearance({ ...command, appearance }, now)
}

/** The text is not shown any more, the status is. */
export const hush = (attendance: Attendance, user: UserId, now: number): void => {
  const status = attendance.presence.find(user)?.status
  if (status !== undefined) attendance.setAppearance({ type: "SetAppearance", user, appearance: { status } }, now)
}
