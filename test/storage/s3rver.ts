/** A server that speaks as S3 does, on this machine, in a folder of its own. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { AddressInfo } from "node:net"
import * as fs from "node:fs/promises"
import { createRequire } from "node:module"
import * as os from "node:os"
import * as path from "node:path"
import { defaults, type S3Settings } from "../../src/storage/S3Settings.ts"

interface Options {
  readonly address: string
  readonly port: number
  readonly silent: boolean
  readonly directory: string
  readonly vhostBuckets: boolean
  readonly allowMismatchedSignatures: boolean
  readonly configureBuckets: ReadonlyArray<{ readonly name: string }>
}

const require = createRequire(import.meta.url)
// It has no types of its own.
const S3rver = require("@20minutes/s3rver") as new (options: Options) => {
  readonly run: () => Promise<AddressInfo>
  readonly close: () => Promise<void>
}

let prefixes = 0

/**
 * The settings of a prefix of its own in the bucket of such a server, which is gone with the scope. It makes the signature of
 * a listing of another path than the one that was asked for, so only one that does not mind lists: a strict one minds.
 */
export const s3rver = ({ strict }: { readonly strict: boolean }) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const directory = await fs.mkdtemp(path.join(os.tmpdir(), "natter-s3-"))
      const options = {
        address: "127.0.0.1",
        port: 0,
        silent: true,
        vhostBuckets: false,
        allowMismatchedSignatures: !strict,
        directory,
      }
      const server = new S3rver({ ...options, configureBuckets: [{ name: "files" }] })
      return { directory, server, port: (await server.run()).port }
    }),
    ({ directory, server }) =>
      Effect.promise(async () => {
        await server.close()
        await fs.rm(directory, { recursive: true, force: true })
      }),
  ).pipe(
    Effect.map(({ port }) => (): S3Settings => ({
      ...defaults,
      bucket: "files",
      endpoint: `http://127.0.0.1:${port}`,
      pathStyle: true,
      prefix: `p${prefixes++}/`,
      accessKey: "S3RVER",
      secretKey: Redacted.make("S3RVER"),
    })),
  )
