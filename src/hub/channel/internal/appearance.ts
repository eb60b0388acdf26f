/** How users appear in a channel, as far as they may say something there. */
import type { Appearance } from "../../../domain/Appearance.ts"
import type { UserId } from "../../../domain/User.ts"
import type { ChannelCommandOf } from "../ChannelCommand.ts"
import type { Access } from "./access.ts"
import type { Attendance } from "./Attendance.ts"

/** Changes how a user appears. */
export const setAppearance = (
  access: Access,
  attendance: Attendance,
  command: ChannelCommandOf<"SetAppearance">,
  now: number,
): void => {
  const present = attendance.presence.find(command.user)
  if (present === undefined) return
  const { text = "", user } = present
  attendance.setAppearance({ ...command, appearance: access.shown(user, command.appearance, text, now) }, now)
}

/** How somebody appears who comes in. */
export const appearing = (
  access: Access,
  attendance: Attendance,
  { appearance, by: { user } }: ChannelCommandOf<"Join">,
  now: number,
): Appearance => {
  const present = attendance.presence.find(user.id)
  return access.shown(user, appearance, present === undefined ? undefined : (present.text ?? ""), now)
}

/** The text is not shown any more, the status is. */
export const hush = (attendance: Attendance, user: UserId, now: number): void => {
  const status = attendance.presence.find(user)?.status
  if (status !== undefined) attendance.setAppearance({ type: "SetAppearance", user, appearance: { status } }, now)
}
