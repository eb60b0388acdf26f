/** What the terminal can do, as far as its environment says. */
import type { Format, Formats } from "../Format.ts"

export type Theme = "dark" | "light"

/** How the terminal shows notifications, besides the bell. */
export type Notification = "osc9" | "osc99" | "osc777" | undefined

export interface Capabilities {
  /** How many colours may be used: 0 where the user wants none. */
  readonly colours: 0 | 16 | 256
  readonly theme: Theme
  /** Whether links can be clickable. */
  readonly links: boolean
  readonly notification: Notification
  /** How it shows what people mark. */
  readonly formats: Formats
  /** Whether there is a window with a title. */
  readonly title: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/** The consoles of Linux and of BSD. */
const consoles = /^(linux|vt\d+|cons25)/

const coloursOf = (env: Environment): Capabilities["colours"] => {
  const { COLORTERM, FORCE_COLOR, NO_COLOR, TERM = "" } = env
  // FORCE_COLOR counts for more than NO_COLOR (https://force-color.org, https://no-color.org).
  if (FORCE_COLOR) {
    if (FORCE_COLOR === "0" || FORCE_COLOR === "false") return 0
  } else if (NO_COLOR) {
    return 0
  }
  return COLORTERM || /256|kitty|ghostty|alacritty|foot|direct/.test(TERM) || env["WT_SESSION"] ? 256 : 16
}

/** `foreground;background`, where 7 and 9 to 15 are bright. Without it a dark background is assumed. */
const themeOf = ({ COLORFGBG = "" }: Environment): Theme => {
  const background = /;(\d+)$/.exec(COLORFGBG)?.[1]
  if (background === undefined) return "dark"
  const colour = Number(background)
  return colour === 7 || (colour >= 9 && colour <= 15) ? "light" : "dark"
}

const linksIn = (env: Environment): boolean => {
  if (env["WT_SESSION"] || env["KITTY_WINDOW_ID"] || env["DOMTERM"] || env["KONSOLE_VERSION"]) return true
  // The first release of VTE that does not crash on links.
  if (Number(env["VTE_VERSION"] ?? 0) >= 5002) return true
  if (/^(iTerm\.app|WezTerm|vscode|ghostty|Hyper|rio|tabby)$/.test(env["TERM_PROGRAM"] ?? "")) return true
  return /^(xterm-kitty|xterm-ghostty|alacritty|foot)/.test(env["TERM"] ?? "")
}

const notificationOf = (env: Environment): Notification => {
  // A multiplexer swallows sequences that it does not know, or shows them.
  if (env["TMUX"] || env["STY"]) return undefined
  if (env["KITTY_WINDOW_ID"]) return "osc99"
  if (/^(iTerm\.app|WezTerm|ghostty)$/.test(env["TERM_PROGRAM"] ?? "")) return "osc9"
  return /^(foot|rxvt)/.test(env["TERM"] ?? "") ? "osc777" : undefined
}

const formatsIn = (env: Environment): Formats => {
  const { TERM = "" } = env
  if (TERM === "dumb") return new Set()
  // Consoles show other colours instead.
  if (consoles.test(TERM)) return new Set<Format>(["bold"])
  if (env["STY"] || (TERM.startsWith("screen") && !env["TMUX"])) return new Set<Format>(["bold"])
  // Whether tmux can strike out depends on the terminal around it, of which we know nothing.
  return env["TMUX"] || env["TERM_PROGRAM"] === "Apple_Terminal"
    ? new Set<Format>(["bold", "italic"])
    : new Set<Format>(["bold", "italic", "struck"])
}

export const capabilitiesOf = (env: Environment, theme: Theme | "auto" = "auto"): Capabilities => ({
  colours: coloursOf(env),
  theme: theme === "auto" ? themeOf(env) : theme,
  links: linksIn(env),
  notification: notificationOf(env),
  formats: formatsIn(env),
  // They have no window.
  title: env["TERM"] !== "dumb" && !consoles.test(env["TERM"] ?? ""),
})
