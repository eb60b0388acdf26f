/** What can be done by keys: one table, by which the page acts and which it shows. */

/** What one can do from anywhere; each has its words in the catalogues. */
export type Command =
  | "palette"
  | "shortcuts"
  | "search"
  | "write"
  | "previous"
  | "next"
  | "previousUnread"
  | "nextUnread"
  | "escape"
  | "end"
  | "firstUnread"
  | "people"
  | "details"
  | "date"
  | "browse"
  | "newChannel"
  | "newDirect"
  | "settings"
  | "allRead"
  | "operator"
  | "signOut"

/**
 * The keys of each, those that are looked at first at the top. `Mod` is Ctrl, or ⌘ where there is one. Keys that a browser
 * keeps for itself are not among them.
 */
export const shortcuts: ReadonlyArray<{ readonly command: Command; readonly keys: string }> = [
  { command: "palette", keys: "Mod+k" },
  { command: "shortcuts", keys: "?" },
  { command: "search", keys: "Mod+Shift+f" },
  { command: "write", keys: "Mod+/" },
  { command: "previous", keys: "Alt+ArrowUp" },
  { command: "next", keys: "Alt+ArrowDown" },
  { command: "previousUnread", keys: "Alt+Shift+ArrowUp" },
  { command: "nextUnread", keys: "Alt+Shift+ArrowDown" },
  { command: "escape", keys: "Escape" },
  { command: "end", keys: "j" },
  { command: "firstUnread", keys: "u" },
  { command: "people", keys: "p" },
  { command: "details", keys: "i" },
  { command: "date", keys: "d" },
]

/** What a key was, as the browser tells it. */
export interface Press {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

/** A key alone: it is a letter for whoever writes. */
export const isSingle = (keys: string): boolean => keys.length === 1

const isPressed = (keys: string, { altKey, ctrlKey, key, metaKey, shiftKey }: Press, isMac: boolean): boolean => {
  const parts = keys.split("+")
  const name = parts.pop() ?? ""
  const mod = isMac ? metaKey : ctrlKey
  const other = isMac ? ctrlKey : metaKey
  // On which key a sign is differs with the keyboard, and so does whether it takes Shift.
  const isSign = name.length === 1 && !/[a-z]/.test(name)
  return (
    key.toLowerCase() === name.toLowerCase() &&
    parts.includes("Mod") === mod &&
    parts.includes("Alt") === altKey &&
    !other &&
    (isSign || parts.includes("Shift") === shiftKey)
  )
}

/** What is meant by a key; `single` says whether a key alone means something here. */
export const commandOf = (press: Press, isMac: boolean, single: boolean): Command | undefined =>
  shortcuts.find(({ keys }) => (single || !isSingle(keys)) && isPressed(keys, press, isMac))?.command

const onMac: Readonly<Record<string, string>> = { Mod: "⌘", Alt: "⌥", Shift: "⇧" }
const arrows: Readonly<Record<string, string>> = { ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc", Mod: "Ctrl" }

/** The keys as they are written on them. */
export const labelsOf = (keys: string, isMac: boolean): ReadonlyArray<string> =>
  keys
    .split("+")
    .map((name) => (isMac ? onMac[name] : undefined) ?? arrows[name] ?? (isSingle(name) ? name.toUpperCase() : name))

/** As `aria-keyshortcuts` has them. */
export const keysOf = (command: Command): string | undefined =>
  shortcuts.find((shortcut) => shortcut.command === command)?.keys
