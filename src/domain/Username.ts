import * as Schema from "effect/Schema"
import { isPlain, shown, visibleText } from "./internal/text.ts"
import { maxNameLength } from "./Limits.ts"

/**
 * The name a person signs in with and is shown by: 1 to 64 characters, no control or
 * invisible formatting characters (they could disguise one name as another), no space
 * at either end.
 */
export const Username = Schema.String.check(
  visibleText({ title: "Username", name: "a user name", maxLength: maxNameLength }),
).pipe(Schema.brand("Username"))
export type Username = typeof Username.Type

export const isUsername = Schema.is(Username)

/** The same for all ways to type a name: `Alice`, `alice` and `ＡＬＩＣＥ`. Which names are one, `NameKey` says. */
export const spelling = (name: string): string => (isPlain(name) ? name.toLowerCase() : keyOfAny(name))

const keyOfAny = (name: string): string =>
  // Small letters compose where capitals do not: Ḣ has one form more than ẖ, hence once more at the end.
  shown(name.normalize("NFKC")).toLowerCase().normalize("NFKC")
