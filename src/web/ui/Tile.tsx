/** Stands for a person: the first letter of the name, in one of eight colours that follows from it. */
import { shownName } from "../../domain/PlainName.ts"

const colours = 8

const colourOf = (name: string): number => {
  let sum = 0
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521
  return sum % colours
}

export const Tile = ({ little, name }: { readonly name: string; readonly little?: boolean }) => (
  <span class={`tile tile-${colourOf(name)}${little === true ? " little" : ""}`} aria-hidden="true">
    {[...shownName(name)][0]?.toUpperCase()}
  </span>
)
