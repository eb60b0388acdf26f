/** The files of the page, read once: from then on no request touches the disk, and a build changes nothing that is served. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"
import type { Coding } from "../Compression.ts"
import { Representation } from "../Representation.ts"
import { type BuiltFile, BuiltPage, endings } from "./BuiltPage.ts"
import { contents } from "./PageSettings.ts"

export interface PageFile {
  readonly representation: Representation
  /** Under this address there is never anything else. */
  readonly fixed: boolean
}

/** By where they are asked for. */
export type PageFiles = ReadonlyMap<string, PageFile>

/** There is none in the folder, or not the whole of it. */
export class PageNotBuilt extends Schema.TaggedError<PageNotBuilt>()("PageNotBuilt", {
  folder: Schema.String,
  problem: Schema.String,
}) {
  override get message(): string {
    return `no page in ${this.folder}: ${this.problem}`
  }
}

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(BuiltPage))

const read = (folder: string, { codings, fixed, path: name, type }: BuiltFile): [string, PageFile] => {
  const file = path.join(folder, name)
  const others = codings.map((coding): [Coding, Buffer] => [coding, fs.readFileSync(file + endings[coding])])
  return [name, { fixed, representation: new Representation(type, fs.readFileSync(file), new Map(others)) }]
}

/** All of them, or none. They are few, and the service does not serve yet: it need not wait for others meanwhile. */
export const load = (folder: string): Effect.Effect<PageFiles, PageNotBuilt> =>
  Effect.try({
    try: () => {
      const { files } = decode(fs.readFileSync(path.join(folder, contents), "utf8"))
      return new Map(files.map((file) => read(folder, file)))
    },
    catch: (cause) => new PageNotBuilt({ folder, problem: String(cause) }),
  })
