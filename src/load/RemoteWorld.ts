/** A world whose service somebody else runs: it can neither be killed nor restarted. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import { type Address, format } from "../client/Address.ts"
import type { TlsOptions } from "../client/transport/TlsOptions.ts"
import { NotPossible, World } from "../scenario/World.ts"
import { reach } from "./internal/reach/reach.ts"

export interface RemoteOptions {
  readonly address: Address
  readonly tls?: TlsOptions | undefined
  /** What the names of all members begin with; a number follows. Default: `member-`. */
  readonly prefix?: string | undefined
  /** The password of all members. New names are registered with it, where the service lets anybody register. */
  readonly password: Redacted.Redacted
  readonly invite?: Redacted.Redacted | undefined
}

export const layer = ({ address, invite, password, prefix = "member-", tls }: RemoteOptions): Layer.Layer<World> => {
  const impossible = (what: string) => () =>
    Effect.fail(new NotPossible({ what, why: "the service was not started by this load (leave out --address)" }))
  const world = Effect.map(reach(address, tls), (reach): World["Service"] => ({
    kind: "remote",
    target: format(address),
    ...reach,
    username: (member) => `${prefix}${member}`,
    credentials: (member) => ({ username: `${prefix}${member}`, password, invite }),
    kill: impossible("Killing the service"),
    restart: impossible("Restarting the service"),
    sample: Effect.succeed({}),
  }))
  return Layer.effect(World, world)
}
