/** A program in a terminal that knows what its screen shows: type, and read it. */
import * as Pty from "@lydell/node-pty"
import type { IUnicodeVersionProvider } from "@xterm/headless"
import xterm from "@xterm/headless"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import stringWidth from "string-width"

export interface Size {
  readonly columns: number
  readonly rows: number
}

/** One place on the screen. */
interface Cell {
  /** Empty behind a character of two columns. */
  readonly text: string
  readonly width: number
  readonly bold: boolean
  readonly dim: boolean
  readonly inverse: boolean
  /** Whether it has a colour of its own, in front or behind. */
  readonly coloured: boolean
}

/** What a program can leave behind on a terminal. */
interface State {
  readonly alternate: boolean
  readonly cursorShown: boolean
  readonly bracketedPaste: boolean
  readonly mouse: boolean
  readonly autowrap: boolean
  readonly title: string
}

export interface Screen {
  readonly pid: number
  readonly type: (keys: string) => void
  /** Pastes, as a terminal does that was asked to say so. */
  readonly paste: (text: string) => void
  /** Waits until the rows, joined by newlines, match. */
  readonly shows: (pattern: RegExp) => Effect.Effect<RegExpExecArray>
  /** Waits until this is so. */
  readonly until: (what: string, holds: () => boolean) => Effect.Effect<void>
  /** As shown now, without the blanks at their ends. */
  readonly rows: () => ReadonlyArray<string>
  readonly text: () => string
  /** The cells of a row. */
  readonly cells: (row: number) => ReadonlyArray<Cell>
  readonly cursor: () => { readonly x: number; readonly y: number }
  readonly state: () => State
  readonly resize: (size: Size) => void
  /** Another program writes on it. */
  readonly damage: (written: string) => void
  /** All bytes that the terminal was sent, as text. */
  readonly raw: () => string
  /** The exit code. */
  readonly ended: Effect.Effect<number>
}

const joinsNext = 1

/** Widths as of today: what the terminal model brings along is of the year 2010. */
const unicode: IUnicodeVersionProvider = {
  version: "today",
  wcwidth: (codePoint) => {
    const character = String.fromCodePoint(codePoint)
    return stringWidth(character) === 0 ? 0 : stringWidth(character) === 2 ? 2 : 1
  },
  // The terminal's own packing: a state to hand on, a width, and whether it joins what is before it.
  charProperties: (codePoint, preceding) => {
    const character = String.fromCodePoint(codePoint)
    const width = unicode.wcwidth(codePoint)
    const modifies = /\p{Emoji_Modifier}/u.test(character)
    const joins = preceding !== 0 && (width === 0 || modifies || preceding >> 3 === joinsNext)
    const state = codePoint === 0x200d ? joinsNext : 2
    const joined = codePoint === 0xfe0f ? 2 : Math.max((preceding >> 1) & 3, 0)
    return (state << 3) | ((joins ? joined : width) << 1) | (joins ? 1 : 0)
  },
}

/** As tmux and others count: what joiners join are characters beside each other. */
const apart: IUnicodeVersionProvider = {
  version: "apart",
  wcwidth: (codePoint) => unicode.wcwidth(codePoint),
  charProperties: (codePoint, preceding) => {
    const width = unicode.wcwidth(codePoint)
    const joins = preceding !== 0 && width === 0
    return ((joins ? (preceding >> 1) & 3 : width) << 1) | (joins ? 1 : 0)
  },
}

/** Starts a program in a terminal; it is killed with the scope if it is still there. */
export const spawn = (
  file: string,
  args: ReadonlyArray<string>,
  options: {
    readonly size?: Size | undefined
    readonly env: NodeJS.ProcessEnv
    /** Whether it answers as a terminal does that speaks kitty's keyboard protocol. */
    readonly kitty?: boolean | undefined
    /** Whether what joiners join are characters beside each other. */
    readonly apart?: boolean | undefined
  },
): Effect.Effect<Screen, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const { columns: cols, rows } = options.size ?? { columns: 80, rows: 24 }
      const env = { TERM: "xterm-256color", COLORTERM: "truecolor", LANG: "C.UTF-8", ...options.env }
      return Pty.spawn(file, [...args], { cols, rows, env })
    }),
    (pty) => Effect.sync(() => pty.kill("SIGKILL")),
  ).pipe(Effect.map((pty) => observe(pty, options.kitty === true, options.apart === true ? apart : unicode)))

const observe = (pty: Pty.IPty, kitty: boolean, widths: IUnicodeVersionProvider): Screen => {
  const terminal = new xterm.Terminal({ allowProposedApi: true, cols: pty.cols, rows: pty.rows, scrollback: 0 })
  terminal.unicode.register(widths)
  terminal.unicode.activeVersion = widths.version
  let raw = ""
  let title = ""
  let ended = false
  let look: ReadonlyArray<() => void> = []
  const changed = () => {
    const waiting = look
    look = []
    for (const wake of waiting) wake()
  }
  pty.onData((data) => {
    raw += data
    terminal.write(data, changed)
  })
  // What the program asks of the terminal is answered.
  terminal.onData((answer) => pty.write(answer))
  if (kitty) {
    terminal.parser.registerCsiHandler({ prefix: "?", final: "u" }, () => {
      pty.write("\u001b[?0u")
      return true
    })
  }
  terminal.onTitleChange((to) => (title = to))
  const exited = new Promise<number>((resolve) =>
    pty.onExit(({ exitCode, signal }) => {
      terminal.write("", () => {
        ended = true
        changed()
        resolve(signal ? 128 + signal : exitCode)
      })
    }),
  )

  const line = (row: number) => terminal.buffer.active.getLine(terminal.buffer.active.viewportY + row)
  // The emulator keeps what was beside a screen that has become narrower.
  const rowAt = (row: number) => line(row)?.translateToString(true, 0, terminal.cols) ?? ""
  const rows = () => Array.from({ length: terminal.rows }, (_, row) => rowAt(row))
  const text = () => rows().join("\n")

  const wait = async (what: string, holds: () => boolean): Promise<void> => {
    while (!holds()) {
      if (ended) throw new Error(`ended without ${what}:\n${text()}`)
      await new Promise<void>((wake) => (look = [...look, wake]))
    }
  }
  const until = (what: string, holds: () => boolean) =>
    Effect.promise(() => wait(what, holds)).pipe(
      Effect.timeoutOrElse({
        duration: "20 seconds",
        orElse: () => Effect.die(new Error(`waited for ${what}, and saw:\n${text()}`)),
      }),
    )

  return {
    pid: pty.pid,
    type: (keys) => pty.write(keys),
    paste: (pasted) => pty.write(`\u001b[200~${pasted.replaceAll("\n", "\r")}\u001b[201~`),
    shows: (pattern) =>
      Effect.map(
        until(String(pattern), () => pattern.test(text())),
        () => pattern.exec(text())!,
      ),
    until,
    rows,
    text,
    cells: (row) =>
      Array.from({ length: terminal.cols }, (_, column) => {
        const cell = line(row)?.getCell(column)
        return {
          text: cell?.getChars() ?? "",
          width: cell?.getWidth() ?? 1,
          bold: cell?.isBold() !== 0,
          dim: cell?.isDim() !== 0,
          inverse: cell?.isInverse() !== 0,
          coloured: cell?.isFgDefault() === false || cell?.isBgDefault() === false,
        }
      }),
    cursor: () => ({ x: terminal.buffer.active.cursorX, y: terminal.buffer.active.cursorY }),
    state: () => ({
      alternate: terminal.buffer.active.type === "alternate",
      cursorShown: raw.lastIndexOf("\u001b[?25h") >= raw.lastIndexOf("\u001b[?25l"),
      bracketedPaste: terminal.modes.bracketedPasteMode,
      autowrap: terminal.modes.wraparoundMode,
      mouse: terminal.modes.mouseTrackingMode !== "none",
      title,
    }),
    resize: ({ columns, rows }) => {
      terminal.resize(columns, rows)
      pty.resize(columns, rows)
    },
    damage: (written) => terminal.write(written, changed),
    raw: () => raw,
    ended: Effect.promise(() => exited),
  }
}
