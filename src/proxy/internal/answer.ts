/** Whether what a target answers is an answer that can be passed on. */
import type * as Http from "node:http"
import type { Refusal } from "./ask.ts"

export const noAnswer: Refusal = { status: 502, why: "the target answered no HTTP, or none that can be passed on" }

/**
 * Asks once what came together with the head is read, too: a body that is broken from its beginning is no answer, and a
 * client can still be told so. `then` hears whether it is one.
 */
export const judge = (answered: Http.IncomingMessage, then: (good: boolean) => void): void => {
  setImmediate(() => {
    const broken = !answered.complete && (answered.destroyed || answered.socket.destroyed)
    // Another protocol has an event of its own: here one is named by the status alone.
    then(!broken && answered.statusCode !== 101)
  })
}

const protocols = (header: string | undefined): ReadonlyArray<string> =>
  (header ?? "").split(",").map((protocol) => protocol.trim().toLowerCase())

/** Whether a target goes on in a protocol that it was asked for. */
export const agreesOn = (asked: string, answered: string | undefined): boolean => {
  const offered = protocols(asked)
  return protocols(answered).every((protocol) => offered.includes(protocol))
}
