/** Commands about this window alone: nobody else hears of them. */
import { type CommandEntry, firstWord } from "./CommandEntry.ts"

export const ownCommands: ReadonlyArray<CommandEntry> = [
  {
    names: ["set", "settings"],
    usage: "[NAME [VALUE]]",
    summary: "what is set, or one setting anew; it is kept for the next time",
    read: (rest) => {
      const [name, value] = firstWord(rest)
      return { _tag: "Set", name: name.toLowerCase(), value }
    },
  },
  {
    names: ["notify"],
    usage: "[all|mentions|none|default]",
    summary: "of which messages you are told here, by the bell and a notification",
    read: (rest) => ({ _tag: "NotifyLevel", level: rest }),
  },
  {
    names: ["dnd"],
    usage: "[on|off]",
    summary: "do not disturb: no bell and no notification; again ends that",
    read: (rest) => ({ _tag: "Disturb", value: rest }),
  },
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
