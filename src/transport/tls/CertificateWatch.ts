/** Notices that files of certificates have changed, however they were put there. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as fs from "node:fs/promises"

/**
 * What tells of files whether they are others by now, also where they are reached over links: certbot replaces those, and
 * Kubernetes that of the folder.
 */
export const signature = (files: ReadonlyArray<string>): Effect.Effect<string> =>
  Effect.map(
    Effect.forEach(files, (file) =>
      Effect.match(
        Effect.tryPromise(() => fs.stat(file, { bigint: true })),
        {
          onFailure: () => "absent",
          onSuccess: ({ ctimeNs, dev, ino, mtimeNs, size }) => [dev, ino, size, mtimeNs, ctimeNs].join(" "),
        },
      ),
    ),
    (parts) => parts.join(", "),
  )

export interface Watched {
  /** Asked before each look, since they may change. */
  readonly settings: () => { readonly watch: boolean; readonly watchEvery: Duration.Duration }
  /** How the files are now. */
  readonly signature: Effect.Effect<string>
  /** How they were when they were last read, whatever came of it; undefined where they were not. */
  readonly judged: () => string | undefined
  readonly reload: Effect.Effect<unknown>
}

/** Has them read again when they have changed, until the scope closes. */
export const watch = ({ judged, reload, settings, signature }: Watched): Effect.Effect<void, never, Scope.Scope> => {
  /** Files that change are left alone until they have been the same twice: whoever writes several is not done with one. */
  let changing: string | undefined
  const look = Effect.gen(function* () {
    if (!settings().watch) return
    const seen = yield* signature
    if (seen === judged() || seen !== changing) {
      changing = seen
      return
    }
    yield* reload
  })
  return Effect.asVoid(
    Effect.forkScoped(
      Effect.forever(
        Effect.suspend(() => Effect.delay(look, settings().watchEvery)),
        { disableYield: true },
      ),
    ),
  )
}
