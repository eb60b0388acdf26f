/** Files as a client sends and reads them. */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { Files } from "../Files.ts"
import type { ConnectionFailure } from "../Reconnect.ts"
import { download } from "./download.ts"
import type { Around } from "./transfers.ts"
import { taken, Turns } from "../../domain/Turns.ts"
import { upload } from "./upload.ts"

/** As many as the server has in one session, of each. */
const atOnce = 4

export const files = (around: Around): Files<ConnectionFailure> => {
  const uploads = Semaphore.makeUnsafe(atOnce)
  const downloads = Semaphore.makeUnsafe(atOnce)
  const turns = new Turns()
  return {
    upload: (channel, source, options) => uploads.withPermits(1)(upload(around, channel, source, options)),
    download: (channel, file, options) =>
      Effect.andThen(
        Effect.andThen(turns.take(file), taken(downloads)),
        Effect.suspend(() => download(around, channel, file, options)),
      ),
  }
}
