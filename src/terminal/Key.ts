/** A key, whichever way the terminal has sent it. */
export interface Key {
  /** `enter`, `tab`, `up`, `pageUp`, `backspace` …, or `text` for what is to be written. */
  readonly name:
    | "text"
    | "enter"
    | "tab"
    | "escape"
    | "backspace"
    | "delete"
    | "up"
    | "down"
    | "left"
    | "right"
    | "home"
    | "end"
    | "pageUp"
    | "pageDown"
  /** Of `text`: what is written; with `ctrl` or `alt` the letter, in lower case. */
  readonly text: string
  readonly ctrl: boolean
  readonly alt: boolean
  readonly shift: boolean
}
