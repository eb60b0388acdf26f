/** Compressed answers, for who asks for them. */
import * as Zlib from "node:zlib"

/** What is smaller gains nothing. */
export const minBytes = 1024

export type Coding = "br" | "gzip"

/** The coding that the client likes best of those there are; undefined where it wants none. */
export const codingFor = (acceptEncoding: string | undefined): Coding | undefined => {
  if (acceptEncoding === undefined) return undefined
  const weights = new Map<string, number>()
  for (const entry of acceptEncoding.toLowerCase().split(",", 16)) {
    const [name = "", ...options] = entry.split(";").map((part) => part.trim())
    const q = options.find((option) => option.startsWith("q="))?.slice(2)
    weights.set(name, q === undefined ? 1 : Number(q) || 0)
  }
  const weightOf = (coding: string) => weights.get(coding) ?? weights.get("*") ?? 0
  const [br, gzip] = [weightOf("br"), weightOf("gzip")]
  if (br <= 0 && gzip <= 0) return undefined
  return br >= gzip ? "br" : "gzip"
}

/** Answers are made for each request, so time counts more than the last byte. */
const quality = { params: { [Zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }

/** Done in a thread of Node's: the one that serves sockets does not wait. Undefined where it failed. */
export const compress = (coding: Coding, plain: Uint8Array, done: (bytes: Buffer | undefined) => void): void => {
  const then = (error: Error | null, bytes: Buffer) => done(error === null ? bytes : undefined)
  if (coding === "br") Zlib.brotliCompress(plain, quality, then)
  else Zlib.gzip(plain, then)
}
