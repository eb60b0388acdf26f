// What the client of a transfer is told, and what it says: `client.ts` is its process.

export type Direction = "up" | "down"

/** Its one argument, in JSON. Then it waits for lines on its standard input: `up`, and `down`. */
export interface Plan {
  readonly host: string
  readonly port: number
  /** What it sends. */
  readonly file: string
  readonly size: number
}

/** A line of JSON: it is there, so much is safe or has come, all has come, or it can't go on. */
export type Said =
  | { readonly type: "Ready" }
  | { readonly type: "At"; readonly bytes: number }
  /** The hash that it was told, or that of what has come. */
  | { readonly type: "Done"; readonly sha256: string }
  | { readonly type: "Failed"; readonly reason: string }
