/** The page for people: what is at which of its addresses, and what is said beside it. */
import * as Effect from "effect/Effect"
import type { WebClient } from "../../domain/WebClient.ts"
import { Representation } from "../Representation.ts"
import { load, type PageFile, type PageFiles } from "./PageFiles.ts"
import type { PageSettings } from "./PageSettings.ts"
import { always, policy } from "./Policy.ts"

export interface Shown {
  readonly representation: Representation
  readonly headers: Readonly<Record<string, string>>
  readonly status: number
}

export interface Page {
  /** What is shown to a client; undefined where nothing of the page is at that address. */
  readonly at: (path: string) => ((client: WebClient) => Shown) | undefined
  /** Why there is none though it is wanted. */
  readonly problem?: string
}

/** The views of the page, each by its own address, so that it can be kept and sent to somebody. */
const views: ReadonlyArray<readonly [file: string, addresses: RegExp]> = [
  ["/index.html", /^\/(?:c\/[^/]+(?:\/\d{1,16})?|(?:join|invite)\/[^/]+)?$/],
  ["/admin.html", /^\/admin(?:\/[\w-]+)?$/],
]

const viewAt = (path: string): string | undefined => views.find(([, addresses]) => addresses.test(path))?.[0]

/** A year, as long as anybody keeps anything. */
const forEver = "public, max-age=31536000, immutable"

const common = {
  Vary: "Accept-Encoding",
  "Cross-Origin-Resource-Policy": "same-origin",
}

const isView = ({ representation: { type } }: PageFile): boolean => type.startsWith("text/html")

const built =
  (files: PageFiles, fileOrigins: ReadonlyArray<string>): Page["at"] =>
  (path) => {
    const file = files.get(viewAt(path) ?? path)
    if (file === undefined) return undefined
    const { fixed, representation } = file
    if (!isView(file)) {
      const headers = { ...common, "Cache-Control": fixed ? forEver : "no-cache" }
      return () => ({ representation, headers, status: 200 })
    }
    return (client) => ({
      representation,
      headers: {
        ...common,
        ...always,
        "Cache-Control": "no-cache",
        "Content-Security-Policy": policy(client.own(), fileOrigins),
      },
      status: 200,
    })
  }

/** Says what is missing, and what there is without it. */
const withoutIt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Natter</title>
<h1>Natter is running, without its page</h1>
<p>The page has not been built, or not as a whole. In the folder of the sources, build it and start the service again:</p>
<pre>npm run build:page</pre>
<p><code>npm start</code> does both. An installed package has it built.</p>
<p>Meanwhile, talk on a terminal with <code>natter chat</code>, or see what can be asked over HTTP: <a href="/docs">/docs</a>.</p>
</html>
`

const missing: Page["at"] = (path) => {
  if (viewAt(path) === undefined) return undefined
  const headers = { ...common, ...always, "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'" }
  return () => ({ representation: new Representation("text/html; charset=utf-8", withoutIt), headers, status: 503 })
}

/** Reads it. Its files of people are at these origins, beside its own. */
export const make = (settings: PageSettings, fileOrigins: ReadonlyArray<string>): Effect.Effect<Page> => {
  if (!settings.enabled) return Effect.succeed({ at: () => undefined })
  return Effect.match(load(settings.folder), {
    onSuccess: (files) => ({ at: built(files, fileOrigins) }),
    onFailure: ({ message }) => ({ at: missing, problem: `${message}; \`npm run build:page\` makes it` }),
  })
}
