/** Serves one page with its scripts, as a site would. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import type { Bundle } from "./bundle.ts"

/** Its origin. */
export const open = ({ code, later }: Bundle): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<http.Server>((resume) => {
      const server = http.createServer(({ url = "" }, response) => {
        const script = url === "/page.js" ? code : later.get(url.slice(1))
        if (script !== undefined) response.setHeader("content-type", "text/javascript").end(script)
        else if (url === "/") {
          response.setHeader("content-type", "text/html").end('<script type="module" src="/page.js"></script>')
        } else response.writeHead(404).end()
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      }),
  ).pipe(Effect.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`))
