/** The search in the conversation that is shown: results appear while one types, the newest first. */
import { graphemes } from "../Width.ts"
import * as Editor from "../Editor.ts"
import { withFile } from "../FileLine.ts"
import type { Key } from "../Key.ts"
import type { Formats } from "../Format.ts"
import { shownText } from "../internal/shown.ts"
import { layout } from "../Layout.ts"
import { typed, type Wanted } from "../../text/Hits.ts"
import type { Entry, Model } from "../Model.ts"
import { scrollTo } from "../Timeline.ts"
import { change, current, isIgnored, lookOf, scroll as scrollBy } from "./conversations.ts"

/** Code units. */
const maxQuery = 200

/** Code units of a message that is looked through as it is shown, too. */
const maxShown = 4096

/** Whether a message has it, as it was typed or as it is shown. */
const isHit = ({ content, file }: Exclude<Entry, { readonly _tag: "Notice" }>, wanted: Wanted, formats: Formats) =>
  wanted.isIn(withFile(content, file, "\n")) ||
  (content.length <= maxShown && /[*_~`:]/.test(content) && wanted.isIn(shownText(content, formats)))

const isUnheard = (model: Model, entry: Entry): boolean => entry._tag === "Message" && isIgnored(model, entry.from)

/** Searches, and shows the newest hit. */
export const open = (model: Model, text: string): Model => {
  const query = Editor.of(text.replaceAll(/\s+/g, " "), maxQuery).text
  const wanted = typed(query)
  const hits =
    wanted === undefined
      ? []
      : current(model).entries.flatMap((entry) =>
          entry._tag !== "Notice" && !isUnheard(model, entry) && isHit(entry, wanted, model.formats) ? [entry.key] : [],
        )
  const back = model.search === undefined ? current(model).scroll : model.search.back
  return reveal({ ...model, search: { query, hits, at: hits.length - 1, back } })
}

/** Scrolls to the hit that is chosen. */
const reveal = (model: Model): Model => {
  const key = model.search?.hits[model.search.at]
  if (key === undefined) return model
  const { rows } = layout(model).timeline
  return change(model, model.current, (conversation) => ({
    ...conversation,
    scroll: scrollTo(conversation, key, lookOf(model), rows),
  }))
}

/** Scrolls back to where it was before the search. */
const close = (model: Model): Model => {
  const { scroll } = current(model)
  return scrollBy({ ...model, search: undefined }, (model.search?.back ?? 0) - scroll)
}

const step = (model: Model, by: number): Model => {
  const { search } = model
  if (search === undefined || search.hits.length === 0) return model
  const at = Math.max(0, Math.min(search.hits.length - 1, search.at + by))
  return reveal({ ...model, search: { ...search, at } })
}

/** A key while the search is open. */
export const press = (model: Model, key: Key): Model => {
  const query = model.search?.query ?? ""
  if (key.ctrl || key.alt) {
    return key.ctrl && !key.alt && !key.shift && (key.text === "c" || key.text === "f") ? close(model) : model
  }
  switch (key.name) {
    case "text":
      return open(model, query + key.text)
    case "backspace":
      return query === "" ? close(model) : open(model, graphemes(query).slice(0, -1).join(""))
    case "escape":
      return close(model)
    case "enter":
    case "up":
      return step(model, -1)
    case "down":
      return step(model, 1)
    // Scrolls around the hit.
    case "pageUp":
      return scrollBy(model, layout(model).timeline.rows - 1)
    case "pageDown":
      return scrollBy(model, 1 - layout(model).timeline.rows)
    default:
      return model
  }
}
