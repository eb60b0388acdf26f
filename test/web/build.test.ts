import * as fs from "node:fs"
import { isBuiltin } from "node:module"
import * as os from "node:os"
import * as path from "node:path"
import { promisify } from "node:util"
import * as Zlib from "node:zlib"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { isFresh } from "../../scripts/web/PageState.ts"
import { endings } from "../../src/http/page/BuiltPage.ts"
import { builtPage } from "./builtPage.ts"

// The page as it is built from the sources that are there.

interface File {
  readonly path: string
  readonly type: string
  readonly fixed: boolean
  readonly codings: ReadonlyArray<"br" | "gzip">
}

let folder: string
let files: ReadonlyArray<File>
let elsewhere: string

beforeAll(async () => {
  folder = await builtPage()
  files = (JSON.parse(read("/page.json").toString()) as { readonly files: ReadonlyArray<File> }).files
  elsewhere = fs.mkdtempSync(path.join(os.tmpdir(), "natter-page-"))
}, 60_000)
afterAll(() => fs.rmSync(elsewhere, { recursive: true, force: true }))

const read = (file: string): Buffer => fs.readFileSync(path.join(folder, file))
const isScript = ({ type }: File) => type.startsWith("text/javascript")

/** What a view asks for in its head. */
const asked = (view: string) =>
  [
    ...read(view)
      .toString()
      .matchAll(/<(script|link)\b[^>]*\b(?:src|href)="([^"]+)"/g),
  ].map(([, tag, to]) => ({
    tag: tag!,
    to: to!,
  }))

/** The scripts that a script cannot start without, by their addresses. */
const importsOf = (script: string): ReadonlyArray<string> =>
  [
    ...read(script)
      .toString()
      .matchAll(/(?:^|[;}\n])import\s*(?:[^"'()]*?from\s*)?["'](\.{1,2}\/[^"']+)["']/g),
  ].map(([, to]) => path.posix.join(path.posix.dirname(script), to!))

describe("the page that is built", () => {
  test.for(["/index.html", "/admin.html"])("%s has nothing in line, and its skeleton in it", (view) => {
    const html = read(view).toString()
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|=\s*"?javascript:/i)
    expect(html).toMatch(/class="skeleton /)
    expect(html).toMatch(/<noscript>[^]*needs JavaScript[^]*<\/noscript>/)
    expect(html).toMatch(/<html lang="en">/)
    const known = new Set(files.map(({ path }) => path))
    const missing = asked(view).filter(({ to }) => !known.has(to))
    expect(missing).toEqual([])
  })

  test.for(["/index.html", "/admin.html"])(
    "%s asks at once for everything that its script cannot start without",
    (view) => {
      const first = asked(view).map(({ to }) => to)
      const needed = new Set(first.filter((to) => to.endsWith(".js")))
      for (const script of needed) for (const next of importsOf(script)) needed.add(next)
      expect(needed.size).toBeGreaterThan(0)
      expect([...needed].filter((script) => !first.includes(script))).toEqual([])
    },
  )

  test("no view ever loads what another one starts with", () => {
    // Those before it have what several of them need.
    const startOf = (view: string) => asked(view).findLast(({ tag }) => tag === "script")!.to
    const loadedBy = (view: string) => {
      const scripts = new Set([startOf(view)])
      for (const script of scripts) {
        for (const [, to] of read(script)
          .toString()
          .matchAll(/["'`](\.{1,2}\/[^"'`]+\.js)["'`]/g)) {
          scripts.add(path.posix.join(path.posix.dirname(script), to!))
        }
      }
      return scripts
    }
    expect(loadedBy("/index.html").size).toBeGreaterThan(5)
    expect(loadedBy("/index.html").has(startOf("/admin.html"))).toBe(false)
    expect(loadedBy("/admin.html").has(startOf("/index.html"))).toBe(false)
  })

  test("has types, names and compressed forms for all files", async () => {
    for (const { codings, fixed, path: file } of files) {
      expect(fixed).toBe(/^\/assets\/.*-[\w-]{8}\.\w+$/.test(file))
      const plain = read(file)
      for (const coding of codings) {
        const bytes = read(file + endings[coding])
        expect(bytes.length).toBeLessThan(plain.length)
        const whole =
          coding === "br" ? await promisify(Zlib.brotliDecompress)(bytes) : await promisify(Zlib.gunzip)(bytes)
        expect(whole.equals(plain), `${file} in ${coding}`).toBe(true)
      }
      const isLongText = plain.length > 4096 && !/\.(png|woff2|mp3|ogg|wav)$/.test(file)
      expect(codings.length === 2 || !isLongText, file).toBe(true)
    }
    const there = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const expected = files.reduce((sum, { codings }) => sum + 1 + codings.length, 1)
    expect(there.length).toBe(expected)
  })

  test.for(["/index.html", "/admin.html"])("%s starts with so little that everybody can bear it", (view) => {
    const first = new Set([view, ...asked(view).map(({ to }) => to)])
    const loaded = files.filter(({ path }) => first.has(path))
    const bytes = loaded.map((file) => read(file.codings.includes("br") ? file.path + endings.br : file.path).length)
    expect(bytes.reduce((sum, length) => sum + length, 0)).toBeLessThan(90_000)
  })

  test("asks for no module of Node, and says nothing of where it was built", () => {
    const scripts = files.filter(isScript)
    expect(scripts.length).toBeGreaterThan(0)
    for (const { path: script } of scripts) {
      const code = read(script).toString()
      const modules = [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([^"'.][^"']*)["']/g)].map(([, name]) => name!)
      expect(modules.filter((name) => isBuiltin(name) || name.startsWith("node:"))).toEqual([])
      expect(code).not.toMatch(/\bnew Function\b|\beval\(|sourceMappingURL/)
      expect(code).not.toContain("src/web")
    }
  })

  test("is fresh until a byte of its sources is another", () => {
    expect(isFresh(folder)).toBe(true)
    const copy = path.join(elsewhere, "old")
    fs.cpSync(folder, copy, { recursive: true })
    expect(isFresh(copy)).toBe(true)
    const file = path.join(copy, "page.json")
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace(/"fingerprint": "./, '"fingerprint": "x'))
    expect(isFresh(copy)).toBe(false)
    fs.writeFileSync(file, "half of i")
    expect(isFresh(copy)).toBe(false)
    expect(isFresh(path.join(elsewhere, "nowhere"))).toBe(false)
  })

  test("is whole where several make it at once", async () => {
    const target = path.join(elsewhere, "dist/web")
    const makers = [1, 2, 3].map(async () => {
      const maker = spawn(process.execPath, ["test/web/fixtures/placePage.ts", folder, target], {
        stdio: ["ignore", "ignore", "inherit"],
      })
      return ((await once(maker, "close")) as [number])[0]
    })
    expect(await Promise.all(makers)).toEqual([0, 0, 0])
    expect(isFresh(target)).toBe(true)
    expect(fs.readdirSync(path.dirname(target))).toEqual(["web"])
    for (const { path: file } of files) expect(fs.existsSync(path.join(target, file)), file).toBe(true)
  }, 60_000)
})
