import * as Schema from "effect/Schema"

/** What a user may do in one channel. Who has no role there is a stranger. */
export const ChannelRole = Schema.Literals(["owner", "moderator", "member"]).annotate({
  title: "ChannelRole",
  description: "what a user may do in one channel",
})
export type ChannelRole = typeof ChannelRole.Type

/** Who may enter a channel and speak there: everybody; those who were invited; everybody, but only to listen. */
export const ChannelAccess = Schema.Literals(["public", "private", "readonly"]).annotate({
  title: "ChannelAccess",
  description: "who may enter and speak: everybody; those who were invited; everybody, but only moderators speak",
})
export type ChannelAccess = typeof ChannelAccess.Type
