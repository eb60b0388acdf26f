/** How many colours there are for names. The view decides which ones. */
export const nameColours = 12

/** The colour of a name, from 0; the same in every window and on every day. */
export const colourOf = (name: string): number => {
  // FNV-1a
  let hash = 0x811c9dc5
  for (const character of name.toLowerCase()) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193)
  return (hash >>> 0) % nameColours
}
