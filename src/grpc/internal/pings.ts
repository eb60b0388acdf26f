/** Pings of HTTP/2: of all who want to know whether a peer is there, one asks. */
import type * as Http2 from "node:http2"

/** Who waits for the answer, by connection; at most one for each of its streams. */
const waiting = new WeakMap<Http2.Http2Session, Set<() => void>>()

/** Calls back when the peer has answered. */
export const ask = (session: Http2.Http2Session | undefined, alive: () => void): void => {
  if (session === undefined || session.destroyed) return
  const known = waiting.get(session)
  if (known !== undefined) return void known.add(alive)
  const asking = new Set([alive])
  waiting.set(session, asking)
  session.ping((error) => {
    waiting.delete(session)
    if (error === null) for (const tell of asking) tell()
  })
}
