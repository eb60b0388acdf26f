/** Orders to a terminal that move nothing on its screen. */
import type { Notification } from "./Capabilities.ts"
import { drawable } from "./Drawable.ts"

const escape = "\u001b"
const bell = "\u0007"
const stringEnd = `${escape}\\`

/** Characters of a title or of a notification. */
const maxLength = 200

const plain = (text: string): string => [...drawable(text)].slice(0, maxLength).join("")

/** Keeps the title that the window has; `restoreTitle` brings it back. */
export const keepTitle = `${escape}[22;0t`

/** A terminal that kept no title is left with none of ours. */
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

/** Of an address that leads somewhere, in characters; terminals take no longer ones. */
const maxUrl = 2000

/** Text that leads somewhere when it is clicked. The address holds no more than what addresses are made of. */
export const link = (url: string, text: string): string => {
  // What was written with escapes already stays so.
  const address = encodeURI(drawable(url)).replaceAll("%25", "%")
  return address.length > maxUrl ? text : `${escape}]8;;${address}${stringEnd}${text}${escape}]8;;${stringEnd}`
}
