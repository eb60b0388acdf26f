import { createContext } from "preact"
import { useContext } from "preact/hooks"
import type { User } from "../model/answers.ts"
import type { Operator } from "../model/Operator.ts"

/** What every view can ask for. */
interface Inside {
  readonly operator: Operator
  readonly me: User
}

const Context = createContext<Inside | undefined>(undefined)

export const InsideProvider = Context.Provider

export const useInside = (): Inside => {
  const inside = useContext(Context)
  if (inside === undefined) throw new Error("this view is for administrators")
  return inside
}
