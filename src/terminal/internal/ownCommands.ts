/** Commands about this window alone: nobody else hears of them. */
import type { CommandEntry } from "./CommandEntry.ts"

export const ownCommands: ReadonlyArray<CommandEntry> = [
  {
    names: ["switch", "go", "buffer"],
    usage: "",
    summary: "go to a channel or to somebody, by a part of the name; Ctrl+K does the same",
    read: () => ({ _tag: "Pick", what: "switch" }),
  },
  {
    names: ["select", "choose"],
    usage: "",
    summary: "choose a message with ↑ and ↓, to react to it, change, delete or copy it; Ctrl+↑ does the same",
    read: () => ({ _tag: "Select" }),
  },
  {
    names: ["again", "recall"],
    usage: "",
    summary: "search what you sent before, to send it again; Ctrl+R does the same",
    read: () => ({ _tag: "Pick", what: "sent" }),
  },
]
