/**
 * Names and types of files as the sender gives them, made harmless: whoever gets a file writes it to a disk, or has a
 * browser open it.
 */

/** Bytes of UTF-8: what file systems take, less what is put behind a name that is taken already. */
const maxBytes = 200

// Control characters, what turns the direction of text around, and what takes no room: `gpj.exe` reads as `exe.jpg`.
const hidden = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\ufffc\ufffd]/gu
// What some file system or shell takes for something else.
const special = /["*/:<>?\\|]/g
// Names that are devices on Windows, whatever follows the dot.
const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

const encoder = new TextEncoder()

const bytesIn = (text: string): number => encoder.encode(text).length

/** Shortened before its extension. */
const fitting = (name: string): string => {
  if (bytesIn(name) <= maxBytes) return name
  const dot = name.lastIndexOf(".")
  const extension = dot > 0 && bytesIn(name.slice(dot)) <= 20 ? name.slice(dot) : ""
  let stem = Array.from(name.slice(0, name.length - extension.length))
  while (bytesIn(stem.join("")) + bytesIn(extension) > maxBytes) stem = stem.slice(0, -1)
  return stem.join("").trimEnd() + extension
}

/** The name without a path and whatever else is more than a name; `file` where nothing is left. */
export const plainFileName = (given: string): string => {
  const last = given.split(/[/\\]/).at(-1)!
  const plain = last
    .toWellFormed()
    .normalize("NFC")
    .replace(hidden, "")
    .replace(special, "_")
    .replace(/\s+/g, " ")
    .replace(/^[. ]+|[. ]+$/g, "")
  if (plain === "") return "file"
  return fitting(device.test(plain) ? `_${plain}` : plain)
}

/** What it is where nobody knows: bytes. */
export const unknownMediaType = "application/octet-stream"

const mediaType = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/

/** The type without parameters, in lower case; that of bytes where it is none. */
export const plainMediaType = (given: string | undefined): string => {
  const plain = given?.split(";", 1)[0]?.trim().toLowerCase() ?? ""
  return mediaType.test(plain) ? plain : unknownMediaType
}
