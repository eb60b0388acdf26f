/** An issuer outside, on loopback: it publishes keys, and signs whatever a test wants. */
import * as Effect from "effect/Effect"
import * as Jose from "jose"
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"

interface Key {
  readonly alg: string
  readonly kid: string
  readonly privateKey: Jose.CryptoKey
  readonly publicKey: Jose.JWK
}

const makeKey = async (alg: string, kid: string): Promise<Key> => {
  const { privateKey, publicKey } = await Jose.generateKeyPair(alg, { extractable: true })
  return { alg, kid, privateKey, publicKey: { ...(await Jose.exportJWK(publicKey)), alg, kid, use: "sig" } }
}

export const audience = "natter-of-the-test"

export const fakeIssuer = Effect.gen(function* () {
  /** Paths that were asked for. */
  const asked: Array<string> = []
  const keys: Array<Key> = []
  const answers: Record<string, RequestListener> = {}
  const json =
    (body: unknown): RequestListener =>
    (_, response) => {
      response.setHeader("content-type", "application/json")
      response.end(JSON.stringify(body))
    }
  const server = createServer((request, response) => {
    asked.push(request.url ?? "")
    const answer = answers[request.url ?? ""]
    if (answer === undefined) response.writeHead(404).end()
    else answer(request, response)
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      }),
  )
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  answers["/.well-known/openid-configuration"] = json({ issuer, jwks_uri: `${issuer}/keys` })
  answers["/keys"] = (request, response) => json({ keys: keys.map(({ publicKey }) => publicKey) })(request, response)

  const addKey = (alg: string, kid: string) =>
    Effect.promise(async () => {
      keys.push(await makeKey(alg, kid))
    })
  yield* addKey("RS256", "first")

  return {
    issuer,
    asked,
    answers,
    json,
    addKey,
    /** A key that it does not publish. */
    secretKey: (alg: string, kid: string) => Effect.promise(() => makeKey(alg, kid)),
    withdraw: (kid: string) =>
      keys.splice(
        keys.findIndex((key) => key.kid === kid),
        1,
      ),
    /** A token of somebody, by the key that was added last, good for five minutes from `now` on, in seconds. */
    sign: (
      claims: Jose.JWTPayload,
      { header, key, now = 0 }: { readonly now?: number; readonly key?: Key; readonly header?: object } = {},
    ) =>
      Effect.promise(() => {
        const { alg, kid, privateKey } = key ?? keys.at(-1)!
        const usual = { iss: issuer, aud: audience, iat: now, exp: now + 300 }
        return new Jose.SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg, kid, ...header }).sign(privateKey)
      }),
  }
})
