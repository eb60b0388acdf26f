/** Escape sequences that move nothing on the screen: the title, notifications, links. */
import type { Notification } from "./Capabilities.ts"
import { drawable } from "./Drawable.ts"

const escape = "\u001b"
const bell = "\u0007"
const stringEnd = `${escape}\\`

/** Characters of a title or of a notification. */
const maxLength = 200

const plain = (text: string): string => [...drawable(text)].slice(0, maxLength).join("")

/** Saves the title of the window for `restoreTitle`. */
export const keepTitle = `${escape}[22;0t`

/** Clears our title, then restores the saved one: a terminal that cannot save titles is left with none. */
export const restoreTitle = `${escape}]2;${stringEnd}${escape}[23;0t`

export const title = (text: string): string => `${escape}]2;${plain(text)}${stringEnd}`

export const notify = (title: string, text: string, notification: Notification): string => {
  switch (notification) {
    case "osc9":
      return `${bell}${escape}]9;${plain(`${title}: ${text}`)}${stringEnd}`
    case "osc99":
      return `${bell}${escape}]99;;${plain(`${title}: ${text}`)}${stringEnd}`
    case "osc777":
      return `${bell}${escape}]777;notify;${plain(title).replaceAll(";", ",")};${plain(text)}${stringEnd}`
    case undefined:
      return bell
  }
}

/** Characters of a link's address; terminals take no longer ones. */
const maxUrl = 2000

/** Text that is a link. In its address everything is escaped that addresses are not made of. */
export const link = (url: string, text: string): string => {
  // Percent escapes that are there already stay as they are.
  const address = encodeURI(drawable(url)).replaceAll("%25", "%")
  return address.length > maxUrl ? text : `${escape}]8;;${address}${stringEnd}${text}${escape}]8;;${stringEnd}`
}
