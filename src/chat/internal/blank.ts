/**
 * Whether a text shows nothing by itself: it is made of spaces and line ends, of controls, of signs that nobody can see
 * (zero-width spaces, byte order marks, soft hyphens, variation selectors, fillers of Hangul), of signs whose picture is
 * empty (a Braille pattern without dots), and of marks that need a letter to stand on: without one they would be put on
 * whatever is shown before the message.
 */
export const isBlank = (text: string): boolean => {
  const first = text.charCodeAt(0)
  // Nearly every message begins with a letter, and need not be looked at sign by sign.
  if (first > 0x20 && first < 0x7f) return false
  return !shows.test(text)
}

/** Something that is to be seen. Default_Ignorable_Code_Point has the fillers; the last are empty by their pictures alone. */
const shows =
  /[^\p{White_Space}\p{Cc}\p{Cf}\p{Cs}\p{Zs}\p{Zl}\p{Zp}\p{Mn}\p{Me}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800\u{13441}\u{13442}\u{1d159}]/u
