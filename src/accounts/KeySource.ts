import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** For logs. */
export class KeySourceError extends Schema.TaggedError<KeySourceError>()("KeySourceError", { problem: Schema.String }) {
  override get message() {
    return this.problem
  }
}

const words = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error ? `${cause.message} (${cause.cause.message})` : cause.message
}

/** What went wrong, as the platform says it. */
export const asKeySourceError = (cause: unknown): KeySourceError => new KeySourceError({ problem: words(cause) })

/** Bytes of a document; a set of keys has a few thousand. */
const maxBytes = 256 * 1024

/** Reads a response as far as the bound. */
const readText = async (response: Response): Promise<string> => {
  const decoder = new TextDecoder("utf-8", { fatal: true })
  let bytes = 0
  let text = ""
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/**
 * How what an issuer publishes is read: the JSON at an address. Nobody is followed elsewhere, and it takes no longer than
 * whoever asks waits for it.
 */
export const KeySource = Context.Reference<(url: string) => Effect.Effect<unknown, KeySourceError>>(
  "natter/accounts/KeySource",
  {
    defaultValue: () => (url) =>
      Effect.tryPromise({
        try: async (signal) => {
          const response = await fetch(url, { signal, redirect: "error", headers: { accept: "application/json" } })
          if (response.status !== 200) {
            await response.body?.cancel()
            throw new Error(`it answers with status ${response.status}`)
          }
          return JSON.parse(await readText(response)) as unknown
        },
        catch: asKeySourceError,
      }),
  },
)
