import * as Context from "effect/Context"
import * as dns from "node:dns"

interface Resolved {
  readonly address: string
  readonly family: number
}

export type Resolve = (host: string, done: (error: Error | null, found: ReadonlyArray<Resolved>) => void) => void

/** How the name of a host becomes addresses: as every program of this machine does it. */
export const Resolver = Context.Reference<Resolve>("natter/webhooks/Resolver", {
  defaultValue: () => (host, done) =>
    dns.lookup(host, { all: true, verbatim: true }, (error, found) => done(error, found ?? [])),
})
