/** The terminal, taken over for as long as a scope lasts and given back as it was. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import { render } from "ink"
import { createElement } from "react"
import type { Action } from "../Action.ts"
import type { Model, Size } from "../Model.ts"
import { App } from "./App.ts"
import type { Capabilities } from "./Capabilities.ts"
import * as Orders from "./Orders.ts"
import { Store } from "./Store.ts"

export const sizeOf = ({ columns, rows }: { readonly columns: number; readonly rows: number }): Size => ({
  // A terminal that does not know its size says 0.
  columns: columns || 80,
  rows: rows || 24,
})

export interface Display {
  /** Draws it, soon; what is shown again before that is not drawn in between. */
  readonly show: (model: Model) => void
  readonly title: (text: string) => void
  readonly notify: (title: string, text: string) => void
  /** Fails to go on with a defect of what draws. */
  readonly failed: Effect.Effect<never>
}

/** Frames a second at most; the program gives no more than 30. */
const maxFps = 60

export const open = Effect.fnUntraced(function* (options: {
  readonly model: Model
  readonly capabilities: Capabilities
  readonly dispatch: (action: Action) => void
  /** The terminal has another size, and what is to be shown in it is to be shown at once. */
  readonly resized: (size: Size) => void
}): Effect.fn.Return<Display, never, Scope.Scope> {
  const { capabilities, dispatch, model, resized } = options
  const { stdout } = process
  const store = new Store(model)
  const failed = Deferred.makeUnsafe<never>()
  const write = (orders: string) => {
    if (!stdout.destroyed) stdout.write(orders)
  }

  yield* Effect.acquireRelease(
    Effect.sync(() => {
      if (capabilities.title) write(Orders.keepTitle)
      const screen = render(createElement(App, { store, capabilities, dispatch }), {
        alternateScreen: true,
        exitOnCtrlC: false,
        incrementalRendering: true,
        // In a terminal it always is, even where a variable says that this is CI.
        interactive: true,
        kittyKeyboard: { mode: "auto" },
        maxFps,
        patchConsole: true,
      })
      let given = false
      /** Gives the terminal back; whoever ends the program without closing scopes comes by here too. */
      const restore = () => {
        if (given) return
        given = true
        screen.unmount()
        if (capabilities.title) write(Orders.restoreTitle)
      }
      // Before what draws looks at it, which would draw what was made for the other size.
      const resize = () => resized(sizeOf(stdout))
      stdout.prependListener("resize", resize)
      // What it was is told after this, on the screen that people had before.
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

  return {
    show: (model) => store.show(model),
    title: (text) => capabilities.title && write(Orders.title(text)),
    notify: (title, text) => write(Orders.notify(title, text, capabilities.notification)),
    failed: Deferred.await(failed),
  }
})
