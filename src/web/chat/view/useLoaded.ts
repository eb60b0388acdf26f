/** Parts of the page that are loaded when they are wanted first: the page begins without them. */
import { useLayoutEffect, useState } from "preact/hooks"
import type { Chat } from "../model/Chat.ts"
import { trouble } from "../session/Trouble.ts"

export type Load<A> = () => Promise<A>

/** What is here already is shown at once: whoever has pressed a key goes on typing. */
const here = new WeakMap<Load<unknown>, unknown>()

/** Loads a part, so that it is here when it is wanted. */
export const ahead = async (load: Load<unknown>): Promise<void> => {
  if (!here.has(load)) here.set(load, await load())
}

/** What `load` gives; undefined until it is there. Where it cannot be had the reader is told so. */
export const useLoaded = <A>(chat: Chat, load: Load<A> | undefined): A | undefined => {
  const [, draw] = useState({})
  useLayoutEffect(() => {
    if (load === undefined || here.has(load)) return
    let isWanted = true
    ahead(load).then(
      () => isWanted && draw({}),
      // After an upgrade the service has other files than this page knows.
      () => isWanted && chat.note(trouble("PartMissing")),
    )
    return () => {
      isWanted = false
    }
  }, [load])
  return load === undefined ? undefined : (here.get(load) as A | undefined)
}
