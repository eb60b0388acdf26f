import type { ChannelSettings } from "../client/Requests.ts"
import type { ChannelAccess } from "../domain/ChannelRole.ts"
import type { Status } from "../domain/Status.ts"
import type { Correction } from "../text/Shorthand.ts"

/** What a draft asks for, once Enter is pressed. */
export type Command =
  | { readonly _tag: "Say"; readonly text: string }
  /** The first is shown. */
  | { readonly _tag: "Join"; readonly channels: readonly [string, ...ReadonlyArray<string>] }
  | { readonly _tag: "Leave"; readonly channel: string | undefined }
  | { readonly _tag: "Direct"; readonly to: string; readonly text: string }
  | { readonly _tag: "Users" }
  | { readonly _tag: "Status"; readonly status: Status; readonly text: string | undefined }
  | { readonly _tag: "ShowTopic" }
  | { readonly _tag: "Topic"; readonly topic: string }
  | { readonly _tag: "Channels" }
  | { readonly _tag: "StopExport" }
  | { readonly _tag: "Find"; readonly query: string }
  | { readonly _tag: "Search"; readonly words: string }
  | { readonly _tag: "Open"; readonly number: number }
  | { readonly _tag: "Edit"; readonly text: string | undefined }
  | Correction
  | { readonly _tag: "Delete"; readonly from: string | undefined }
  | { readonly _tag: "React"; readonly reaction: string; readonly from: string | undefined }
  | { readonly _tag: "SendFile"; readonly path: string; readonly text: string }
  /** `whole` is what was typed, which may be a name with "to" in it. */
  | {
      readonly _tag: "GetFile"
      readonly whole: string
      readonly which: string
      readonly to: string | undefined
    }
  | { readonly _tag: "Files" }
  | { readonly _tag: "Cancel"; readonly transfer: number | undefined }
  | { readonly _tag: "Info" }
  | {
      readonly _tag: "Create"
      readonly channel: string
      readonly access: ChannelAccess | undefined
      readonly topic: string | undefined
    }
  | { readonly _tag: "Configure"; readonly settings: ChannelSettings }
  | { readonly _tag: "Rename"; readonly name: string }
  /** A command that concerns somebody; `text` may begin with the rest of a name that has spaces in it. */
  | {
      readonly _tag: "Person"
      readonly what: "invite" | "kick" | "ban" | "unban" | "mute" | "unmute" | "role" | "block" | "unblock"
      readonly to: string
      readonly text: string
    }
  | { readonly _tag: "Blocked" }
  /** Without a name they are listed. */
  | { readonly _tag: "Ignore" | "Unignore"; readonly name: string }
  | { readonly _tag: "Reconnect" }
  | { readonly _tag: "Whois"; readonly name: string }
  | { readonly _tag: "Editor" }
  | { readonly _tag: "Bare" }
  | { readonly _tag: "Export"; readonly path: string; readonly format: "text" | "json" }
  | { readonly _tag: "Set"; readonly name: string; readonly value: string }
  /** Of which messages here one is told. */
  | { readonly _tag: "NotifyLevel"; readonly level: string }
  | { readonly _tag: "Disturb"; readonly value: string }
  /** A list to choose from. */
  | { readonly _tag: "Pick"; readonly what: "switch" | "sent"; readonly query: string }
  /** Show another server. */
  | { readonly _tag: "Server"; readonly which: string }
  /** Answer the last message. */
  | { readonly _tag: "Reply"; readonly text: string }
  /** Show what answers what. */
  | { readonly _tag: "Thread" }
  /** Choose a message. */
  | { readonly _tag: "Select" }
  | { readonly _tag: "Help" }
  /** What a command is for, in words. */
  | { readonly _tag: "Explain"; readonly text: string }
  | { readonly _tag: "Quit" }
  /** No command, or an incomplete one: why. */
  | { readonly _tag: "Wrong"; readonly why: string }
