/** Makes what others wrote safe to show: nothing in it hides what is around it, or reads as something else. */
import { printable } from "../../../client/index.ts"
import { withoutInvisible } from "../../../domain/Invisible.ts"
import { catalog } from "../../../domain/RequestError.ts"
import { shownChannel, shownName } from "../../../domain/PlainName.ts"
import { linesOf } from "../../../text/Lines.ts"
import { t } from "../../language.ts"
import type { Trouble } from "../session/Trouble.ts"

const ordinary = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u024f]*$/
// A letter can carry any number of marks, which would be drawn over the lines above and below.
const piles = /([\p{M}\u200c\u200d]{4})[\p{M}\u200c\u200d]+/gu

/** One line. */
export const plain = (text: string): string =>
  ordinary.test(text) ? text : printable(withoutInvisible(text.replaceAll("\t", "    "))).replaceAll(piles, "$1")

/** With its line breaks. */
export const plainLines = (text: string): string => linesOf(text).map(plain).join("\n")

export const channelName = (name: string): string =>
  name.startsWith("@") ? shownName(name.slice(1)) : shownChannel(name)

const usual: Readonly<Record<string, { readonly message: string } | undefined>> = catalog

/** As sentences: where the service has said more than it usually does, with what it said. */
export const whyExactly = (trouble: Trouble): string => {
  const { field, message, reason } = trouble
  // Names are what is given wrong most, and how that is said elsewhere is for programs.
  if (reason === "InvalidFrame" && (field === "channel" || field === "name")) return t.value.newChannel.wrongName
  const sentence = why(trouble)
  const said = plain(message)
  return message === reason || message === usual[reason]?.message || sentence === said
    ? sentence
    : `${sentence} ${said}`
}

/** As a sentence. */
export const why = ({ message, reason }: Trouble): string => t.value.trouble[reason] ?? plain(message)
