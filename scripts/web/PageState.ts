/** Whether the page that was built is made of the sources as they are now. Asked at each `npm start`: it loads nothing. */
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { contents } from "../../src/http/page/PageSettings.ts"

export const root = path.join(import.meta.dirname, "../..")

/** Everything that it is made of. */
const parts = ["src/web", "src/client", "src/text", "src/protocol", "src/domain", "scripts/web"]
const partFiles = ["package-lock.json", "tsconfig.json", "src/http/page/BuiltPage.ts"]

/** The files below a folder, by their paths in it. */
export const filesIn = (folder: string): ReadonlyArray<string> =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted()

/** Of the sources as they are now. Of their content: in a fresh clone all of them are new. */
export const fingerprint = (): string => {
  const sources = parts.flatMap((part) => {
    const folder = path.join(root, part)
    return fs.existsSync(folder) ? filesIn(folder).map((file) => path.join(part, file)) : []
  })
  const hash = createHash("sha256")
  for (const file of [...partFiles, ...sources]) {
    const content = fs.readFileSync(path.join(root, file))
    hash.update(`${file.replaceAll(path.sep, "/")} ${content.length}\n`).update(content)
  }
  return hash.digest("hex").slice(0, 32)
}

/** Whether a folder has the page, made of them. */
export const isFresh = (folder: string): boolean => {
  try {
    const page: { readonly fingerprint?: unknown } = JSON.parse(fs.readFileSync(path.join(folder, contents), "utf8"))
    return page.fingerprint === fingerprint()
  } catch {
    return false
  }
}
