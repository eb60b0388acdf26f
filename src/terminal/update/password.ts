/** Typing the password with which the client signs in again. It is in no draft, and nobody is told of the typing. */
import * as Redacted from "effect/Redacted"
import type { Intent } from "../Action.ts"
import * as Editor from "../Editor.ts"
import type { Key } from "../Key.ts"
import type { Model } from "../Model.ts"
import { quit } from "./quit.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

export const press = (model: Model, password: Editor.Editor, { alt, ctrl, name, shift, text }: Key): Next => {
  const typed = (password: Editor.Editor): Next => [{ ...model, password }, []]
  switch (name) {
    case "enter":
      if (password.text === "") return [model, []]
      return [{ ...model, password: undefined }, [{ _tag: "SignIn", password: Redacted.make(password.text) }]]
    case "text":
      if (alt || (ctrl && shift)) return [model, []]
      if (ctrl && (text === "c" || text === "d")) return quit(model)
      if (ctrl && text === "u") return typed(Editor.empty)
      return ctrl ? [model, []] : typed(Editor.insert(password, text))
    case "backspace":
      return typed(Editor.backspace(password))
    default:
      return [model, []]
  }
}

export const paste = (model: Model, password: Editor.Editor, text: string): Next => [
  { ...model, password: Editor.insert(password, text.replaceAll(/[\r\n]/g, "")) },
  [],
]

/** As it is shown. */
export const masked = ({ text }: Editor.Editor): Editor.Editor => Editor.of("\u2022".repeat([...text].length))
