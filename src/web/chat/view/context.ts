/** What every view of the chat can ask for. */
import { type Signal, signal } from "@preact/signals"
import { createContext } from "preact"
import { useContext } from "preact/hooks"
import type { App } from "../App.ts"
import type { Chat } from "../model/Chat.ts"

/** What stands beside the conversation. */
export type Panel = "people" | "search"

/** What is open over the page. */
export type Over =
  | { readonly tag: "Palette" }
  | { readonly tag: "Shortcuts" }
  | { readonly tag: "Settings" }
  | { readonly tag: "Browse" }
  | { readonly tag: "NewChannel" }
  | { readonly tag: "NewDirect" }
  | { readonly tag: "Details" }
  | { readonly tag: "Date" }

/** What is open, and nothing that stays. */
export class Screen {
  readonly panel: Signal<Panel | undefined> = signal(undefined)
  readonly over: Signal<Over | undefined> = signal(undefined)
  /** On a narrow screen the list of conversations stands over them. */
  readonly list = signal(false)
  /** Brings the focus to where one writes. */
  readonly focusComposer = signal(0)
  /** Brings the focus to where one searches. */
  readonly focusSearch = signal(0)
  /** Files to be sent, that were chosen, dropped or pasted. */
  readonly files: Signal<ReadonlyArray<File>> = signal([])
  /** What a search begins with. */
  readonly query = signal("")
}

export interface Inside {
  readonly app: App
  readonly chat: Chat
  readonly screen: Screen
}

const Context = createContext<Inside | undefined>(undefined)

export const InsideProvider = Context.Provider

export const useInside = (): Inside => {
  const inside = useContext(Context)
  if (inside === undefined) throw new Error("this view is for who is signed in")
  return inside
}
