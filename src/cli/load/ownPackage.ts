/** What scenarios import from `natter`, wherever they lie: the very modules of the `natter` that plays them. */
import { registerHooks } from "node:module"
import { existsSync, readFileSync } from "node:fs"
import { extname } from "node:path"

const root = new URL("../../../", import.meta.url)

type Exports = Readonly<Record<string, { readonly default: string } | string>>

/** The file of an entry of the package: in the sources, where this is one of them. */
const fileOf = (exported: string): string =>
  extname(import.meta.url) === ".ts" ? exported.replace(/^\.\/dist\/(.*)\.js$/, "./src/$1.ts") : exported

let resolved = false

/**
 * In a clone there is nothing built for `import "natter/scenario"` to find, and a file elsewhere has no package `natter`
 * beside it at all.
 */
export const resolveOwnPackage = (): void => {
  if (resolved) return
  resolved = true
  const { exports } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { readonly exports: Exports }
  const files = new Map(
    Object.entries(exports).flatMap(([entry, to]) => {
      const url = new URL(fileOf(typeof to === "string" ? to : to.default), root)
      return existsSync(url) ? [[entry.replace(/^\./, "natter"), url.href]] : []
    }),
  )
  registerHooks({ resolve: (specifier, context, next) => next(files.get(specifier) ?? specifier, context) })
}
