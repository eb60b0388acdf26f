/** The terminal: taken over for the time of a scope, and then restored. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import { render } from "ink"
import { PassThrough } from "node:stream"
import { createElement } from "react"
import type { Action } from "../Action.ts"
import type { Model, Size } from "../Model.ts"
import { App, type Suspend } from "./App.ts"
import type { Capabilities } from "./Capabilities.ts"
import * as EscapeSequences from "./EscapeSequences.ts"
import { Keyboard } from "./Keyboard.ts"
import { showBare } from "./Bare.ts"
import { leaveSignals } from "./Lend.ts"
import { stopJob } from "./Stop.ts"
import { Store } from "./Store.ts"

export const sizeOf = ({ columns, rows }: { readonly columns: number; readonly rows: number }): Size => ({
  // A terminal that does not know its size says 0.
  columns: columns || 80,
  rows: rows || 24,
})

export interface Display {
  /** Draws the model soon. One that is replaced before that is not drawn. */
  readonly show: (model: Model) => void
  readonly title: (text: string) => void
  readonly notify: (title: string, text: string) => void
  /** Into the clipboard of whoever sits at the terminal, where that lets programs do so. */
  readonly copy: (text: string) => void
  /** Draws all of it anew, on an empty screen: something else has written on it. */
  readonly redraw: () => void
  /** Gives the terminal to another program for the time of a scope, or shows it something else. */
  readonly lent: Effect.Effect<void, never, Scope.Scope>
  /** Lines as they are, on a screen of their own, until a key is pressed. */
  readonly showBare: (lines: ReadonlyArray<string>) => Effect.Effect<void>
  /** Dies with a defect of the view. */
  readonly failed: Effect.Effect<never>
}

/** Frames a second at most; the program gives no more than 30. */
const maxFps = 60

export const open = Effect.fnUntraced(function* (options: {
  readonly model: Model
  readonly capabilities: Capabilities
  readonly dispatch: (action: Action) => void
  /** Whether the wheel is reported. */
  readonly mouse: boolean
  /** Called when the terminal has another size, before the view draws again. */
  readonly resized: (size: Size) => void
}): Effect.fn.Return<Display, never, Scope.Scope> {
  const { capabilities, dispatch, model, mouse, resized } = options
  const { stdin, stdout } = process
  const store = new Store(model)
  const failed = Deferred.makeUnsafe<never>()
  const write = (sequence: string) => {
    if (!stdout.destroyed) stdout.write(sequence)
  }

  /** Whether somebody else has the terminal. */
  let away = false
  let lend: Suspend = async () => {}
  let redraw = () => {}
  /** Whether the screen that is shown is ours. */
  let ours = false
  /** An empty screen: Ink draws from where the cursor is. */
  const takeScreen = () => {
    // Terminals do not agree on how wide some characters are. A row that is wider than we think must not push down all others.
    write(EscapeSequences.autowrap(false) + EscapeSequences.otherScreen(true))
    ours = true
  }
  const giveScreen = () => {
    if (ours) write(EscapeSequences.otherScreen(false) + EscapeSequences.autowrap(true))
    ours = false
  }

  yield* Effect.acquireRelease(
    Effect.sync(() => {
      let restored = false
      let suspend: Suspend = async () => {}
      lend = async (doing) => {
        if (restored || away) return
        away = true
        keyboard.end()
        keyboard.release()
        try {
          await suspend(async () => {
            giveScreen()
            await doing()
            if (restored) return
            // Before Ink draws: what is typed meanwhile would be echoed.
            keyboard.take()
            takeScreen()
          })
          if (!restored) keyboard.begin()
        } finally {
          away = false
        }
      }
      /** Ctrl+Z, or `kill -TSTP`: the terminal is the shell's until the process is continued. */
      const stop = () => void lend(stopJob).catch(() => {})
      const keyboard = new Keyboard({ input: stdin, write, dispatch, stop, mouse })
      // Before the terminal is asked anything: its answer would be shown.
      keyboard.take()
      if (capabilities.title) write(EscapeSequences.keepTitle)
      const onReady = (ready: Suspend) => void (suspend = ready)
      takeScreen()
      const app = () => createElement(App, { store, capabilities, onReady })
      const screen = render(app(), {
        exitOnCtrlC: false,
        incrementalRendering: true,
        // In a terminal it always is, even where a variable says that this is CI.
        interactive: true,
        maxFps,
        patchConsole: true,
        // Ink draws, and reads nothing.
        stdin: Object.assign(new PassThrough(), { isTTY: false }) as never,
      })
      /** What is drawn next is all of it. */
      const empty = () => {
        if (!ours) return
        screen.clear()
        write(EscapeSequences.clear)
      }
      redraw = () => {
        empty()
        if (ours) screen.rerender(app())
      }
      keyboard.begin()
      process.on("SIGTSTP", stop)
      /** Restores the terminal, even if the program ends without closing its scopes. */
      const restore = () => {
        if (restored) return
        restored = true
        process.off("SIGTSTP", stop)
        keyboard.end()
        screen.unmount()
        keyboard.release()
        giveScreen()
        if (capabilities.title) write(EscapeSequences.restoreTitle)
      }
      // Before Ink's own listener, which would draw the model of the old size.
      const resize = () => {
        // Terminals differ in what they keep of the rows that were shown, and where.
        empty()
        resized(sizeOf(stdout))
      }
      stdout.prependListener("resize", resize)
      // The error is printed after this, on the normal screen.
      process.on("uncaughtExceptionMonitor", restore)
      process.on("exit", restore)
      void screen.waitUntilExit().catch((error: unknown) => Deferred.doneUnsafe(failed, Exit.die(error)))
      return () => {
        restore()
        stdout.off("resize", resize)
        process.off("uncaughtExceptionMonitor", restore)
        process.off("exit", restore)
      }
    }),
    (restore) => Effect.sync(restore),
  )

  const lent = Effect.acquireRelease(
    Effect.callback<() => Promise<void>>((resume) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const over = lend(() => {
        const restore = leaveSignals()
        resume(
          Effect.succeed(() => {
            restore()
            resolve()
            return over.catch(() => {})
          }),
        )
        return promise
      })
      // Nobody waits for it before it is given back.
      over.catch(() => {})
    }),
    (giveBack) => Effect.promise(giveBack),
  )

  return {
    lent: Effect.asVoid(lent),
    showBare: (lines) => Effect.scoped(Effect.andThen(lent, showBare(stdin, write, lines))),
    show: (model) => store.show(model),
    redraw: () => redraw(),
    title: (text) => capabilities.title && write(EscapeSequences.title(text)),
    notify: (title, text) => write(EscapeSequences.notify(title, text, capabilities.notification)),
    copy: (text) => write(EscapeSequences.copy(text)),
    failed: Deferred.await(failed),
  }
})
