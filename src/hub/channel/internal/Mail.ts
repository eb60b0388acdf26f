import type { ChannelCommand } from "../ChannelCommand.ts"

/** What is in a channel's mailbox. `Tick`: time has passed that something waited for. */
export type Mail = ChannelCommand | { readonly type: "Tick" }
