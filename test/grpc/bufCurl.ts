/** `buf curl`: a client in Go, which asks the service itself what calls there are. */
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import * as path from "node:path"

const buf = path.join(
  import.meta.dirname,
  `../../node_modules/@bufbuild/buf-${process.platform}-${process.arch}/bin/buf`,
)

/** It is there for some platforms alone. */
export const isThere = existsSync(buf)

interface Ran {
  readonly code: number
  readonly out: string
  readonly errors: string
}

export const run = (args: ReadonlyArray<string>): Effect.Effect<Ran> =>
  Effect.callback((resume) => {
    // Nothing is to be fetched, and nothing to be written but where it is told to.
    const env = { ...process.env, BUF_CACHE_DIR: "/tmp/buf-cache", HOME: "/tmp" }
    const child = execFile(buf, args, { env, timeout: 60_000 }, (error, out, errors) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1
      resume(Effect.succeed({ code, out, errors }))
    })
    return Effect.sync(() => child.kill())
  })
