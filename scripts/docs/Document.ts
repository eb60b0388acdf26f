import * as fs from "node:fs"
import * as path from "node:path"

/** A document that is generated from the code. */
export interface Document {
  /** Its path, relative to the folder of the project. */
  readonly path: string
  /** The whole file; the same each time. */
  readonly render: () => string
}

/** Writes the documents that are stale, and returns their paths. With `check` nothing is written. */
export const renew = (documents: ReadonlyArray<Document>, root: string, check: boolean): ReadonlyArray<string> =>
  documents
    .filter((document) => {
      const file = path.join(root, document.path)
      const text = document.render()
      if (fs.existsSync(file) && fs.readFileSync(file, "utf8") === text) return false
      if (!check) {
        fs.mkdirSync(path.dirname(file), { recursive: true })
        fs.writeFileSync(file, text)
      }
      return true
    })
    .map((document) => document.path)
