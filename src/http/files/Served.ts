/** How a file of somebody's is given to a browser, so that it does nothing there: it is saved, or shown and nothing else. */

type Headers = Readonly<Record<string, string>>

/** What a browser shows without running any of it. Images of SVG are documents with scripts. */
const shown = new Set([
  "audio/aac",
  "audio/flac",
  "audio/mp4",
  "audio/mpeg",
  "audio/ogg",
  "audio/wav",
  "audio/webm",
  "image/avif",
  "image/bmp",
  "image/gif",
  "image/jpeg",
  "image/png",
  "image/webp",
  "text/plain",
  "video/mp4",
  "video/ogg",
  "video/webm",
])

/** What it is called towards a browser: of what could be run as a part of a page nothing but that it is bytes. */
const typeOf = (mediaType: string): string => {
  if (!shown.has(mediaType)) return "application/octet-stream"
  return mediaType === "text/plain" ? "text/plain; charset=utf-8" : mediaType
}

/** What old programs read: visible ASCII that means nothing in a quoted text. */
const plain = (name: string): string =>
  name
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .replace(/[^ -~]|["%\\]/gu, "_")

/** The name itself, as RFC 8187 has it. */
const encoded = (name: string): string =>
  encodeURIComponent(name.toWellFormed()).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** As RFC 6266 has it. */
const disposition = (how: "attachment" | "inline", name: string): string =>
  `${how}; filename="${plain(name)}"; filename*=UTF-8''${encoded(name)}`

/** What is said of a file to whoever shows or saves it. `inline`: it may be shown. */
export const headersOf = (
  { mediaType, name }: { readonly name: string; readonly mediaType: string },
  inline: boolean,
): Headers => ({
  "Content-Type": typeOf(mediaType),
  "Content-Disposition": disposition(inline && shown.has(mediaType) ? "inline" : "attachment", name),
  "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
})
