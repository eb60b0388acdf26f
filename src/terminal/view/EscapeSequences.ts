/** Escape sequences that move nothing on the screen: the title, notifications, links, modes of the keyboard and the mouse. */
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

const mode = (number: number, on: boolean): string => `${escape}[?${number}${on ? "h" : "l"}`

/** An empty screen, and the cursor at its top. */
export const clear = `${escape}[2J${escape}[H`

/** A screen of its own, empty; that of before is there again after it. */
export const otherScreen = (on: boolean): string => mode(1049, on) + (on ? clear : "")

export const inverse = (text: string): string => `${escape}[7m${plain(text)}${escape}[0m`

/** Whether what goes over the edge of the screen goes on in the next row; if not, it stays in its own. */
export const autowrap = (on: boolean): string => mode(7, on)

export const bracketedPaste = (on: boolean): string => mode(2004, on)

/** Buttons and the wheel, with coordinates of any size. */
export const reportMouse = (on: boolean): string => mode(1000, on) + mode(1006, on)

/** Whether the terminal sends arrow keys for the wheel where there is nothing to scroll; most do, and without being asked. */
export const wheelAsArrows = (on: boolean): string => mode(1007, on)

/** A terminal that speaks kitty's keyboard protocol answers this, and no other does. */
export const askKittyKeyboard = `${escape}[?u`

/** Keys that are no text come as unambiguous sequences, with the key on which they are in a Latin layout. */
export const keepKittyKeyboard = `${escape}[>5u`

export const restoreKittyKeyboard = `${escape}[<u`

/** Bytes that are copied at most: terminals drop a longer sequence, some of them all of it. */
const maxCopied = 74_000

/** Puts a text into the clipboard (OSC 52). It is encoded, so nothing in it means anything to the terminal. */
export const copy = (text: string): string =>
  `${escape}]52;c;${Buffer.from(Buffer.from(text).subarray(0, maxCopied).toString()).toString("base64")}${stringEnd}`

/** Characters of a link's address; terminals take no longer ones. */
const maxUrl = 2000

/** Text that is a link. In its address everything is escaped that addresses are not made of. */
export const link = (url: string, text: string): string => {
  // Percent escapes that are there already stay as they are.
  const address = encodeURI(drawable(url)).replaceAll("%25", "%")
  return address.length > maxUrl ? text : `${escape}]8;;${address}${stringEnd}${text}${escape}]8;;${stringEnd}`
}
