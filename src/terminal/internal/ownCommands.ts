/** Commands about this window alone: nobody else hears of them. */
import type { Command } from "../Command.ts"
import { commandNames, firstWord } from "../../text/SlashCommand.ts"
import { type CommandEntry, wrong } from "./CommandEntry.ts"
import { firstPath } from "./paths.ts"

const exported = (rest: string): Command => {
  if (rest.toLowerCase() === "stop") return { _tag: "StopExport" }
  const { closed, path, rest: behind } = firstPath(rest)
  if (!closed) return wrong("the quotation mark is not closed")
  const alone = behind === "" && (path === "json" || path === "text")
  const word = alone ? path : behind.trim().toLowerCase()
  if (word !== "" && word !== "text" && word !== "json") {
    return wrong('say where, and how: /export talk.txt, /export "two words" json')
  }
  const format = word === "json" || (word === "" && /\.json$/i.test(path)) ? "json" : "text"
  return { _tag: "Export", path: alone ? "" : path, format }
}

export const ownCommands: ReadonlyArray<CommandEntry> = [
  {
    names: ["whois"],
    usage: "NAME",
    summary: "who somebody is: how present, in which of your channels, and what here",
    read: (rest) => (rest === "" ? wrong("say who: /whois bob") : { _tag: "Whois", name: rest.replace(/^@/, "") }),
  },
  {
    names: ["editor"],
    usage: "",
    summary: "write the draft in $VISUAL or $EDITOR; Alt+E does the same",
    read: () => ({ _tag: "Editor" }),
  },
  {
    names: ["bare"],
    usage: "",
    summary: "only what was said, to be selected and copied; Alt+L does the same",
    read: () => ({ _tag: "Bare" }),
  },
  {
    names: ["export"],
    usage: "[FILE] [text|json]|stop",
    summary: "write what was said here into a file; what ends with .json is JSON. Esc or /export stop ends it",
    read: exported,
  },
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
    names: commandNames.notify,
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
    usage: "[NAME|N]",
    summary: "go to a channel or to somebody, by a part of the name or its place in the list; Ctrl+K does the same",
    read: (query) => ({ _tag: "Pick", what: "switch", query }),
  },
  {
    names: ["server", "servers"],
    usage: "[ADDRESS]",
    summary: "the servers in this window, or show another, by a part of its address; Ctrl+X shows the next",
    read: (which) => ({ _tag: "Server", which }),
  },
  {
    names: ["select", "choose"],
    usage: "",
    summary: "choose a message with ↑ and ↓, to react to it, change, delete or copy it; Ctrl+↑ does the same",
    read: () => ({ _tag: "Select" }),
  },
  {
    names: ["reply"],
    usage: "[TEXT]",
    summary: "answer the last message of somebody else; Ctrl+↑ and t answers any",
    read: (text) => ({ _tag: "Reply", text }),
  },
  {
    names: ["thread"],
    usage: "[TEXT]",
    summary: "all that answers what was answered last, or answer the last message; Ctrl+↑ and T: of any",
    read: (text) => (text === "" ? { _tag: "Thread" } : { _tag: "Reply", text }),
  },
  {
    names: ["again", "recall"],
    usage: "[TEXT]",
    summary: "search what you sent before, to send it again; Ctrl+R does the same",
    read: (query) => ({ _tag: "Pick", what: "sent", query }),
  },
]
