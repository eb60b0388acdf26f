import type * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { Sha256 } from "../../domain/Sha256.ts"

/** A content is not removed while a file is about to refer to it. Others go on meanwhile: to keep one can take a while. */
export class ContentLocks {
  private readonly semaphores = Array.from({ length: 256 }, () => Semaphore.makeUnsafe(1))

  /** Whatever is done to a content, or decided about it, is done to it alone. */
  holding<A, E>(content: Sha256, doing: Effect.Effect<A, E>): Effect.Effect<A, E> {
    return this.semaphores[Number.parseInt(content.slice(0, 2), 16)]!.withPermit(doing)
  }
}
