/** What JSON cannot hold: the bytes of files, which are base64 there. */

/** What platforms have that are younger than their types. */
type Base64Array = Uint8Array & { readonly toBase64?: () => string }
const { fromBase64 } = Uint8Array as { readonly fromBase64?: (text: string) => Uint8Array }

/** Characters that are made of bytes at once: as many arguments as a function takes anywhere. */
const atOnce = 8192

const toBase64 = (bytes: Uint8Array): string => {
  if (globalThis.Buffer !== undefined) {
    return globalThis.Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64")
  }
  const younger = bytes as Base64Array
  if (younger.toBase64 !== undefined) return younger.toBase64()
  let binary = ""
  for (let at = 0; at < bytes.length; at += atOnce) binary += String.fromCharCode(...bytes.subarray(at, at + atOnce))
  return btoa(binary)
}

const ofBase64 = (text: string): Uint8Array | undefined => {
  if (globalThis.Buffer !== undefined) {
    const buffer = globalThis.Buffer.from(text, "base64")
    // What is none is passed over there.
    const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0
    if (text.length % 4 !== 0 || buffer.length !== (text.length / 4) * 3 - padding) return undefined
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
  }
  try {
    return fromBase64 === undefined ? Uint8Array.from(atob(text), (char) => char.charCodeAt(0)) : fromBase64(text)
  } catch {
    return undefined
  }
}

type Value = { readonly type?: unknown; readonly data?: unknown }

/** Whether it may be one of the two frames with bytes: of all others nothing more is looked at. */
const hasBytes = (frame: Value): boolean => frame.type === "FileChunk" || frame.type === "UploadChunk"

/** A frame as it is written in JSON. */
export const toJson = (frame: unknown): unknown =>
  hasBytes(frame as Value) && (frame as Value).data instanceof Uint8Array
    ? { ...(frame as Value), data: toBase64((frame as { readonly data: Uint8Array }).data) }
    : frame

/** A frame as it was read in JSON. What is no base64 stays text, and is refused as such. */
export const fromJson = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null || !hasBytes(value)) return value
  const { data } = value as Value
  const bytes = typeof data === "string" ? ofBase64(data) : undefined
  return bytes === undefined ? value : { ...value, data: bytes }
}
