import * as Schema from "effect/Schema"
import { visibleText } from "./internal/visibleText.ts"
import { username } from "./Rules.ts"

/**
 * The name a person signs in with and is shown by: 1 to 64 characters, no control or
 * invisible formatting characters (they could disguise one name as another), no space
 * at either end.
 */
export const Username = Schema.String.check(visibleText("Username", username)).pipe(Schema.brand("Username"))
export type Username = typeof Username.Type

export const isUsername = (text: string): text is Username => username.holds(text)

export { spelling } from "./Spelling.ts"
