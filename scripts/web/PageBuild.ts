/** Makes the page: what browsers load of `src/web`, as it is served (docs/adr/0051-the-page-comes-built.md). */
import * as fs from "node:fs"
import * as path from "node:path"
import { promisify } from "node:util"
import * as Zlib from "node:zlib"
import { build, type Plugin } from "vite"
import type { Coding } from "../../src/http/Compression.ts"
import { minBytes } from "../../src/http/Compression.ts"
import { type BuiltFile, type BuiltPage, endings } from "../../src/http/page/BuiltPage.ts"
import { contents } from "../../src/http/page/PageSettings.ts"
import { filesIn, fingerprint, isFresh, root } from "./PageState.ts"

const sources = path.join(root, "src/web")

/** By the ends of their names. A page with anything else in it is not built. */
const types: Readonly<Record<string, { readonly type: string; readonly isText: boolean }>> = {
  ".html": { type: "text/html; charset=utf-8", isText: true },
  ".js": { type: "text/javascript; charset=utf-8", isText: true },
  ".css": { type: "text/css; charset=utf-8", isText: true },
  ".svg": { type: "image/svg+xml", isText: true },
  ".json": { type: "application/json", isText: true },
  ".webmanifest": { type: "application/manifest+json", isText: true },
  ".png": { type: "image/png", isText: false },
  ".woff2": { type: "font/woff2", isText: false },
  ".mp3": { type: "audio/mpeg", isText: false },
  ".ogg": { type: "audio/ogg", isText: false },
  ".wav": { type: "audio/wav", isText: false },
}

const brotli = promisify(Zlib.brotliCompress)
const gzip = promisify(Zlib.gzip)

/** It is done once and sent often, so time counts less than the last byte. */
const compressed = async (content: Buffer): Promise<ReadonlyArray<readonly [Coding, Buffer]>> => {
  const params = {
    [Zlib.constants.BROTLI_PARAM_QUALITY]: Zlib.constants.BROTLI_MAX_QUALITY,
    [Zlib.constants.BROTLI_PARAM_MODE]: Zlib.constants.BROTLI_MODE_TEXT,
    [Zlib.constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  }
  return [
    ["br", await brotli(content, { params })],
    ["gzip", await gzip(content, { level: 9 })],
  ]
}

/** Puts the compressed forms beside a file, where they are smaller, and says what it is. */
const finish = async (folder: string, file: string): Promise<BuiltFile> => {
  const known = types[path.extname(file)]
  if (known === undefined) throw new Error(`scripts/web/PageBuild.ts knows no type for ${file}`)
  const content = fs.readFileSync(path.join(folder, file))
  const forms = known.isText && content.length >= minBytes ? await compressed(content) : []
  const smaller = forms.filter(([, bytes]) => bytes.length < content.length)
  for (const [coding, bytes] of smaller) fs.writeFileSync(path.join(folder, file + endings[coding]), bytes)
  return {
    path: `/${file.replaceAll(path.sep, "/")}`,
    type: known.type,
    // A hash of the content is part of its name.
    fixed: file.startsWith(`assets${path.sep}`),
    codings: smaller.map(([coding]) => coding),
  }
}

const views = { chat: "index.html", admin: "admin.html" }

/** What the bundler tells of a module. */
interface Modules {
  getModuleInfo(id: string): {
    readonly importedIds: ReadonlyArray<string>
    readonly dynamicallyImportedIds: ReadonlyArray<string>
  } | null
}

/** The modules that a view cannot start without, and all that it can ever need. */
const neededBy = (view: string, modules: Modules) => {
  const starts = new Set([path.join(sources, view)])
  for (const id of starts) for (const next of modules.getModuleInfo(id)?.importedIds ?? []) starts.add(next)
  const all = new Set(starts)
  for (const id of all) {
    const { dynamicallyImportedIds = [], importedIds = [] } = modules.getModuleInfo(id) ?? {}
    for (const next of [...importedIds, ...dynamicallyImportedIds]) all.add(next)
  }
  return { starts, all }
}

/**
 * In which file a module is that a view starts with: there is one for each view, one for what both have, and one for what the
 * other view needs later, which must not start this one. By itself, each set of modules that some part which is loaded later
 * needs, too, would be a file, and twenty small ones are larger.
 */
const startNames = () => {
  let needed: { readonly chat: ReturnType<typeof neededBy>; readonly admin: ReturnType<typeof neededBy> } | undefined
  return (id: string, modules: Modules): string | null => {
    needed ??= { chat: neededBy(views.chat, modules), admin: neededBy(views.admin, modules) }
    const { admin, chat } = needed
    if (chat.starts.has(id)) return admin.starts.has(id) ? "both" : admin.all.has(id) ? "of-chat" : "chat"
    if (admin.starts.has(id)) return chat.all.has(id) ? "of-admin" : "admin"
    return null
  }
}

/** The page speaks JSON: what writes and reads MessagePack is left out. */
const withoutMessagePack: Plugin = {
  name: "natter:without-message-pack",
  enforce: "pre",
  resolveId: (id) => (id === "@msgpack/msgpack" ? "\0message-pack" : null),
  load: (id) =>
    id === "\0message-pack"
      ? "export class Encoder {}"
      : id === path.join(root, "src/protocol/internal/unpack.ts")
        ? "export const unpack = undefined"
        : null,
}

/** The page's connections carry messages: what the client has for others is never loaded, and so it is left out. */
const withoutByteStreams: Plugin = {
  name: "natter:without-byte-streams",
  enforce: "pre",
  load: (id) => (id === path.join(root, "src/client/byteStream.ts") ? "export const byteStream = undefined" : null),
}

/** Makes it in a folder that is there and empty. */
const make = async (folder: string): Promise<void> => {
  // What changes from here on makes it old.
  const made = fingerprint()
  // As it is by itself, whatever the shell says: otherwise names of files and their lines would be in it.
  process.env["NODE_ENV"] = "production"
  await build({
    root: sources,
    configFile: false,
    envDir: false,
    logLevel: "warn",
    publicDir: path.join(sources, "public"),
    cacheDir: path.join(root, "node_modules/.cache/vite-page"),
    plugins: [withoutByteStreams, withoutMessagePack],
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      outDir: folder,
      emptyOutDir: false,
      assetsDir: "assets",
      // What is a file stays one.
      assetsInlineLimit: 0,
      // The browsers that it is for have that.
      modulePreload: { polyfill: false },
      target: "es2022",
      minify: true,
      reportCompressedSize: false,
      rolldownOptions: {
        input: { index: path.join(sources, views.chat), admin: path.join(sources, views.admin) },
        output: {
          codeSplitting: {
            groups: [{ name: startNames(), debugName: "start" }],
            // Whatever a module needs that a view starts with, the view starts with.
            includeDependenciesRecursively: false,
          },
        },
      },
    },
  })
  const files = await Promise.all(filesIn(folder).map((file) => finish(folder, file)))
  const page: BuiltPage = { fingerprint: made, files }
  fs.writeFileSync(path.join(folder, contents), `${JSON.stringify(page, undefined, 2)}\n`)
}

/**
 * Makes it anew. Nobody ever finds a part of it there; of several who do this at the same time, the last one's stays. Whoever
 * serves it has read all of it before.
 */
export const makeAt = async (target: string, making = make): Promise<void> => {
  const folder = path.resolve(target)
  const beside = path.dirname(folder)
  fs.mkdirSync(beside, { recursive: true })
  const draft = fs.mkdtempSync(path.join(beside, ".page-"))
  try {
    await making(draft)
    fs.chmodSync(draft, 0o755)
    put(draft, folder)
  } finally {
    fs.rmSync(draft, { recursive: true, force: true })
  }
}

/** How often it is tried, where others put theirs there at the same moments. */
const tries = 10

const put = (draft: string, folder: string): void => {
  const old = fs.mkdtempSync(path.join(path.dirname(folder), ".page-"))
  try {
    for (let left = tries; ; left--) {
      try {
        if (fs.existsSync(folder)) fs.renameSync(folder, path.join(old, `${left}`))
        return fs.renameSync(draft, folder)
      } catch (error) {
        // What somebody else has put there is as good.
        if (isFresh(folder)) return
        if (left === 0) throw error
      }
    }
  } finally {
    fs.rmSync(old, { recursive: true, force: true })
  }
}
