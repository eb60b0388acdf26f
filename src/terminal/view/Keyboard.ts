/** The keyboard and the mouse: taken over for the time of a scope, and then given back. */
import type { Action } from "../Action.ts"
import type { Key } from "../Key.ts"
import * as EscapeSequences from "./EscapeSequences.ts"
import { type Input, InputParser } from "./InputParser.ts"

/** Milliseconds in which the rest of a sequence comes: until then Escape may begin one. */
const sequenceWithin = 50

/** Milliseconds without more of it after which a paste is over, even if its end never comes. */
const pasteWithin = 1000

/** Lines that a turn of the wheel scrolls. */
const linesOfTurn = 3

const isStop = ({ alt, ctrl, name, shift, text }: Key): boolean =>
  name === "text" && ctrl && !alt && !shift && text === "z"

type Terminal = Pick<
  NodeJS.ReadStream,
  "on" | "off" | "setRawMode" | "setEncoding" | "ref" | "unref" | "pause" | "resume"
>

export class Keyboard {
  private readonly parser: InputParser
  private readonly options: ConstructorParameters<typeof Keyboard>[0]
  private timer: NodeJS.Timeout | undefined
  /** Whether the terminal has said that it speaks kitty's protocol. */
  private kitty = false
  private taken = false

  constructor(options: {
    readonly input: Terminal
    /** To the terminal. */
    readonly write: (sequence: string) => void
    readonly dispatch: (action: Action) => void
    /** Ctrl+Z */
    readonly stop: () => void
    /** Whether the wheel is reported: then text is selected with Shift. */
    readonly mouse: boolean
  }) {
    this.options = options
    this.parser = new InputParser(!options.mouse)
  }

  /** From here on nothing that comes is echoed: it is called before the terminal is asked anything. */
  take(): void {
    const { input } = this.options
    input.setEncoding("utf8")
    input.setRawMode(true)
    input.ref()
    input.on("data", this.receive)
    input.resume()
    this.taken = true
  }

  /** Has the terminal say what it can, on the screen that is shown now: each screen has modes of its own. */
  begin(): void {
    const { mouse, write } = this.options
    write(EscapeSequences.bracketedPaste(true))
    write(mouse ? EscapeSequences.reportMouse(true) : EscapeSequences.wheelAsArrows(false))
    write(this.kitty ? EscapeSequences.keepKittyKeyboard : EscapeSequences.askKittyKeyboard)
  }

  /** Ends what `begin` has begun. */
  end(): void {
    const { mouse, write } = this.options
    if (this.kitty) write(EscapeSequences.restoreKittyKeyboard)
    write(mouse ? EscapeSequences.reportMouse(false) : EscapeSequences.wheelAsArrows(true))
    write(EscapeSequences.bracketedPaste(false))
  }

  /** Gives the input back. */
  release(): void {
    if (!this.taken) return
    const { input } = this.options
    this.taken = false
    clearTimeout(this.timer)
    this.parser.flush()
    input.off("data", this.receive)
    input.setRawMode(false)
    input.pause()
    input.unref()
  }

  private readonly receive = (chunk: string): void => {
    clearTimeout(this.timer)
    this.handle(this.parser.push(chunk))
    if (this.parser.waiting === "nothing" || !this.taken) return
    this.timer = setTimeout(
      () => this.handle(this.parser.flush()),
      this.parser.waiting === "paste" ? pasteWithin : sequenceWithin,
    )
  }

  private handle(inputs: ReadonlyArray<Input>): void {
    const { dispatch, stop, write } = this.options
    for (const input of inputs) {
      switch (input._tag) {
        case "Key":
          if (isStop(input.key)) stop()
          else dispatch({ _tag: "Pressed", key: input.key })
          break
        case "Paste":
          // Terminals send the line breaks of a paste like presses of Enter. It is one draft all the same.
          dispatch({ _tag: "Pasted", text: input.text.replaceAll(/\r\n?/g, "\n") })
          break
        case "Wheel":
          dispatch({ _tag: "Wheel", lines: linesOfTurn * input.turns, arrows: input.arrows })
          break
        case "Click":
          dispatch({ _tag: "Clicked", column: input.column, row: input.row })
          break
        case "KittyKeyboard":
          if (this.kitty) break
          this.kitty = true
          write(EscapeSequences.keepKittyKeyboard)
      }
    }
  }
}
