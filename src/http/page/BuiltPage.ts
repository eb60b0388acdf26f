/** The page as the build leaves it in a folder: what is there, and what it was made of. */
import * as Schema from "effect/Schema"
import type { Coding } from "../Compression.ts"

const BuiltFile = Schema.Struct({
  /** Where it is asked for, and where it is in the folder. */
  path: Schema.String.check(Schema.isPattern(/^(\/[\w-][\w.-]*)+$/)),
  type: Schema.String,
  /** Under this name there is never anything else. */
  fixed: Schema.Boolean,
  /** The codings in which it is there as well, beside it. */
  codings: Schema.Array(Schema.Literals(["br", "gzip"])),
})
export type BuiltFile = typeof BuiltFile.Type

export const BuiltPage = Schema.Struct({
  /** Of the sources. */
  fingerprint: Schema.String,
  files: Schema.Array(BuiltFile),
})
export type BuiltPage = typeof BuiltPage.Type

/** How the name of a file ends that has another one in a coding. */
export const endings: Readonly<Record<Coding, string>> = { br: ".br", gzip: ".gz" }
