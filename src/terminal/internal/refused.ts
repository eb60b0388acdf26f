/** Why a command was refused: which one it was, and what can be done about it. */
import { catalog } from "../../domain/RequestError.ts"
import type { Action } from "../../domain/Rights.ts"
import type { Administration, Intent } from "../Action.ts"
import { explained } from "./advice.ts"
import { listed, whoMayAnywhere } from "./whoMay.ts"

type Asked = readonly [command: string, takes?: Action]

const settingOf = (settings: Extract<Administration, readonly ["configure", ...Array<unknown>]>[2]): Asked => {
  if (settings.archived !== undefined) return [settings.archived ? "archive" : "unarchive", "archive"]
  return [settings.slowMode === undefined ? (settings.access ?? "configure") : "slow", "configure"]
}

const administered = (call: Administration): Asked => {
  switch (call[0]) {
    case "createChannel":
      return ["create"]
    case "configure":
      return settingOf(call[2])
    case "setRole":
      // Moderators may give some roles and not others.
      return ["role"]
    case "unban":
      return [call[0], "ban"]
    case "unmute":
      return [call[0], "mute"]
    case "block":
    case "unblock":
      return [call[0]]
    default:
      return [call[0], call[0]]
  }
}

/** The command that asks for this, and the right that it takes. */
const askedBy = (intent: Intent): Asked | undefined => {
  switch (intent._tag) {
    case "Administer":
      return administered(intent.call)
    case "Delete":
      return ["delete", "deleteOthers"]
    case "Edit":
      return ["edit"]
    case "React":
      return ["react"]
    case "SetTopic":
      return ["topic", "setTopic"]
    case "SetStatus":
      return ["status"]
    case "ListChannels":
      return ["channels"]
    case "ListBlocked":
      return ["blocked"]
    case "Describe":
      return ["info"]
    case "Search":
      return ["search"]
    case "Around":
      return ["open"]
    case "Leave":
      return ["leave"]
    default:
      return undefined
  }
}

export const refused = (intent: Intent, error: { readonly message: string }): string => {
  const asked = askedBy(intent)
  if (asked === undefined) return explained(error)
  const [command, takes] = asked
  const people = takes === undefined ? undefined : whoMayAnywhere(takes)
  // What was said of this refusal alone is the whole answer.
  if (people === undefined || error.message !== catalog.Forbidden.message) return `/${command}: ${explained(error)}`
  return `/${command}: only ${listed([...people, "administrators of the service"])} may do this here`
}
