/** Things that one does in a dialog, one at a time: why the last did not work is shown there. */
import type { Effect } from "effect/Effect"
import { useState } from "preact/hooks"
import type { Client } from "../../../client/index.ts"
import type { Trouble } from "../session/Trouble.ts"
import { useInside } from "../view/context.ts"

export interface Acts {
  readonly isBusy: boolean
  readonly wrong: Trouble | undefined
  /** The answer; undefined where it was not done. */
  readonly act: <A extends object>(effect: (client: Client.Client) => Effect<A, unknown>) => Promise<A | undefined>
}

/** `done` runs after each that has worked. */
export const useActs = (done: () => void): Acts => {
  const { chat } = useInside()
  const [isBusy, setBusy] = useState(false)
  const [wrong, setWrong] = useState<Trouble | undefined>(undefined)
  return {
    isBusy,
    wrong,
    act: async (effect) => {
      if (isBusy) return undefined
      setBusy(true)
      setWrong(undefined)
      const answer = await chat.ask(effect)
      setBusy(false)
      if (answer.ok) {
        done()
        return answer.value
      }
      setWrong(answer.trouble)
      return undefined
    },
  }
}
