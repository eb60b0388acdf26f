/** A service that the file is posted to: 200 or 204 says that it is clean, 403 that it is infected. */
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import * as http from "node:http"
import * as https from "node:https"
import type { Scan, Verdict } from "../../FileScanner.ts"
import { feed } from "./feed.ts"
import { ScanError } from "./ScanError.ts"

const verdicts: Readonly<Record<number, Verdict>> = { 200: "clean", 204: "clean", 403: "infected" }

const answered = (request: http.ClientRequest): Effect.Effect<Verdict, ScanError> =>
  Effect.callback((resume) => {
    request.on("response", (response) => {
      // Only its first line counts.
      response.resume()
      const verdict = verdicts[response.statusCode ?? 0]
      resume(
        verdict === undefined
          ? Effect.fail(new ScanError({ problem: `the scanner answered ${response.statusCode}` }))
          : Effect.succeed(verdict),
      )
    })
    request.on("error", (cause) => resume(Effect.fail(new ScanError({ problem: "the scanner did not answer", cause }))))
  })

export const httpScan =
  (url: string): ((...given: Parameters<Scan>) => Effect.Effect<Verdict, ScanError>) =>
  ({ id, name, size }, bytes: Stream.Stream<Uint8Array, unknown>) =>
    Effect.acquireUseRelease(
      Effect.sync(() =>
        (url.toLowerCase().startsWith("https:") ? https : http).request(url, {
          method: "POST",
          // A connection of its own: one that is kept might be closed just when it is used again.
          agent: false,
          headers: {
            "content-type": "application/octet-stream",
            "content-length": size,
            "user-agent": "Natter-Scanner",
            // Names have letters that no header takes.
            "natter-file": id,
            "natter-file-name": encodeURIComponent(name),
          },
        }),
      ),
      (request) => {
        const feeding = Effect.mapError(
          feed(bytes, request),
          (cause) => new ScanError({ problem: "the file could not be read", cause }),
        )
        return Effect.raceFirst(answered(request), Effect.andThen(feeding, Effect.never))
      },
      (request) =>
        Effect.sync(() => {
          // Destroyed with an error it would tell nobody.
          request.on("error", () => undefined)
          request.destroy()
        }),
    )
