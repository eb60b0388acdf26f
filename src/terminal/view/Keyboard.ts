import { useApp, useInput, usePaste } from "ink"
import { useEffect, useEffectEvent } from "react"
import type { Action } from "../Action.ts"
import type { Key } from "../Key.ts"
import { keysOf } from "./Keys.ts"
import { stopJob } from "./Stop.ts"

const isStop = ({ ctrl, name, text }: Key): boolean => name === "text" && ctrl && text === "z"

/** Dispatches everything that is typed and pasted. Shows nothing. */
export const Keyboard = ({ dispatch }: { readonly dispatch: (action: Action) => void }) => {
  const { suspendTerminal } = useApp()
  const stop = useEffectEvent(() => void suspendTerminal(stopJob).catch(() => {}))
  // Besides Ctrl+Z there is `kill -TSTP`.
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
  // Terminals send the line breaks of a paste like presses of Enter. It is one draft all the same.
  usePaste((text) => dispatch({ _tag: "Pasted", text: text.replaceAll(/\r\n?/g, "\n") }))
  return null
}
