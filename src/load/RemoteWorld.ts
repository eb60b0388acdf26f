/** A world whose service somebody else runs: it can neither be killed nor restarted. */
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import { type Address, format } from "../domain/Address.ts"
import { NotPossible, World } from "../scenario/World.ts"

export interface RemoteOptions {
  readonly address: Address
  /** What the names of all members begin with; a number follows. Default: `member-`. */
  readonly prefix?: string | undefined
  /** The password of all members. New names are registered with it, where the service lets anybody register. */
  readonly password: Redacted.Redacted
  readonly invite?: Redacted.Redacted | undefined
}

export const layer = ({ address, invite, password, prefix = "member-" }: RemoteOptions): Layer.Layer<World> => {
  const impossible = (what: string) => () =>
    Effect.fail(new NotPossible({ what, why: "the service was not started by this load (leave out --address)" }))
  return Layer.succeed(World, {
    kind: "remote",
    target: format(address),
    dialer: { socket: NodeSocket.makeNet({ ...address, noDelay: true }), address: format(address) },
    username: (member) => `${prefix}${member}`,
    credentials: (member) => ({ username: `${prefix}${member}`, password, invite }),
    kill: impossible("Killing the service"),
    restart: impossible("Restarting the service"),
    sample: Effect.succeed({}),
  })
}
