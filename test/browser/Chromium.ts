/** A real Chromium, which comes as a package of npm. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { execFile } from "node:child_process"
import * as fs from "node:fs/promises"
import { createRequire } from "node:module"
import * as path from "node:path"
import { promisify } from "node:util"
import { type Browser, chromium } from "playwright-core"

const root = path.join(import.meta.dirname, "../..")

const exists = (file: string) =>
  fs.access(file).then(
    () => true,
    () => false,
  )

/**
 * Where it is unpacked: for all runs to come, by its version. It takes some seconds, so several may do it at the same time;
 * each has a draft of its own, and the first to finish wins.
 */
const unpacked = async (): Promise<string> => {
  const manifest = path.join(
    path.dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")),
    "../package.json",
  )
  const { version } = JSON.parse(await fs.readFile(manifest, "utf8")) as { readonly version: string }
  const cache = path.join(root, "node_modules/.cache")
  const folder = path.join(cache, `chromium-${version}`)
  if (await exists(folder)) return folder
  await fs.mkdir(cache, { recursive: true })
  const draft = await fs.mkdtemp(`${folder}.`)
  try {
    const script = path.join(import.meta.dirname, "fixtures/unpackChromium.ts")
    await promisify(execFile)(process.execPath, [script], { env: { ...process.env, TMPDIR: draft } })
    // The one that comes along names a folder that is not there; without any font Chromium ends over the first text.
    const fonts = `<dir>${folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/fonts-cache</cachedir>`
    await fs.writeFile(
      path.join(draft, "fonts.conf"),
      `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${fonts}</fontconfig>`,
    )
    await fs.rename(draft, folder).catch(async (error) => {
      if (!(await exists(folder))) throw error
    })
  } finally {
    await fs.rm(draft, { recursive: true, force: true })
  }
  return folder
}

/** Starts it; what it says of a machine on which it cannot start is the reason why the test fails. */
export const open: Effect.Effect<Browser, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(async () => {
    const folder = await unpacked()
    return chromium.launch({
      executablePath: path.join(folder, "chromium"),
      env: { ...process.env, FONTCONFIG_FILE: path.join(folder, "fonts.conf") },
      // The tests may run as root, where there is no sandbox.
      args: ["--no-sandbox", "--headless=shell"],
    })
  }),
  (browser) => Effect.promise(() => browser.close()),
)
