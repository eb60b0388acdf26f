import { useApp, useInput, usePaste } from "ink"
import { useEffect, useEffectEvent } from "react"
import type { Action } from "../Action.ts"
import type { Key } from "../Key.ts"
import { keysOf } from "./Keys.ts"
import { stopped } from "./Stop.ts"

const isStop = ({ ctrl, name, text }: Key): boolean => name === "text" && ctrl && text === "z"

/** Everything that is typed and pasted. Shows nothing. */
export const Keyboard = ({ dispatch }: { readonly dispatch: (action: Action) => void }) => {
  const { suspendTerminal } = useApp()
  const stop = useEffectEvent(() => void suspendTerminal(stopped).catch(() => {}))
  // Another way to ask for it: `kill -TSTP`.
  useEffect(() => {
    process.on("SIGTSTP", stop)
    return () => void process.off("SIGTSTP", stop)
  }, [])
  useInput((input, pressed) => {
    for (const key of keysOf(input, pressed)) {
      if (isStop(key)) stop()
      else dispatch({ _tag: "Pressed", key })
    }
  })
  // However many lines: one message. Terminals send them as if Enter were pressed.
  usePaste((text) => dispatch({ _tag: "Pasted", text: text.replaceAll(/\r\n?/g, "\n") }))
  return null
}
