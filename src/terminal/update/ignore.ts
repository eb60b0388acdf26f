/** Whom the user does not want to hear of: on this side alone, so nobody else knows it. */
import { spelling } from "../../domain/Username.ts"
import type { Intent } from "../Action.ts"
import type { Model } from "../Model.ts"
import * as Plain from "../Plain.ts"
import { change, notice, stopTyping } from "./conversations.ts"
import { forgetUnread } from "./history.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

/** People who can be ignored. */
const maxIgnored = 1000

const kept = (model: Model, ignored: ReadonlyMap<string, string>): Next => [
  { ...model, ignored },
  [{ _tag: "KeepIgnored", names: [...ignored.values()] }],
]

export const ignore = (model: Model, name: string): Next => {
  const known = spelling(name)
  if (known === "") return [notice(model, list(model)), []]
  if (model.me !== undefined && known === spelling(model.me)) return [notice(model, "That is you.", "error"), []]
  if (model.ignored.has(known)) return [notice(model, `You ignore ${Plain.nameInText(name)} already.`), []]
  if (model.ignored.size >= maxIgnored)
    return [notice(model, `You ignore ${maxIgnored} people: that is all.`, "error"), []]
  const [ignoring, intents] = kept(model, new Map(model.ignored).set(known, name))
  const quiet = ignoring.conversations.reduce((next, { entries, name: channel }) => {
    const theirs = entries.filter((entry) => entry._tag === "Message" && spelling(entry.from) === known)
    const read = change(next, channel, (conversation) => forgetUnread(conversation, theirs, next.me))
    return stopTyping(read, channel, [name])
  }, ignoring)
  const shown = Plain.nameInText(name)
  return [
    notice(quiet, `You hear nothing of ${shown} any more, here. /unignore ${name} ends that; ${shown} is not told.`),
    intents,
  ]
}

export const unignore = (model: Model, name: string): Next => {
  const known = spelling(name)
  if (known === "") return [notice(model, list(model)), []]
  if (!model.ignored.has(known)) return [notice(model, `You do not ignore ${Plain.nameInText(name)}.`, "error"), []]
  const others = new Map(model.ignored)
  others.delete(known)
  const [next, intents] = kept(model, others)
  return [notice(next, `You hear of ${Plain.nameInText(name)} again.`), intents]
}

const list = ({ ignored }: Model): string =>
  ignored.size === 0
    ? "You ignore nobody. /ignore eve hides what eve says, here."
    : `You ignore ${[...ignored.values()].map(Plain.nameInText).join(", ")}. /unignore ends that.`
