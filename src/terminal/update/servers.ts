/** Going to another server in the same window. */
import type { Intent } from "../Action.ts"
import { serverList } from "../Elsewhere.ts"
import type { Model } from "../Model.ts"
import { notice } from "./conversations.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

const alone = "There is one server in this window: natter chat --also ADDRESS has more."

/** The next one. */
export const nextServer = (model: Model): Next =>
  model.elsewhere.length === 0 ? [notice(model, alone), []] : [model, [{ _tag: "ShowServer", which: undefined }]]

/** Lists them, or shows the one whose address has this in it. */
export const showServer = (model: Model, which: string): Next => {
  const { address, elsewhere } = model
  if (elsewhere.length === 0) return [notice(model, `${alone} This is ${address}.`), []]
  if (which === "") return [notice(model, serverList(model)), []]
  return elsewhere.some((other) => other.address.includes(which))
    ? [model, [{ _tag: "ShowServer", which }]]
    : [notice(model, `There is no ${which} in this window; /server lists those there are.`, "error"), []]
}
