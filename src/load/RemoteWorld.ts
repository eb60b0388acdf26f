/** A world whose service somebody else runs: it can neither be killed nor restarted. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import { type Address, format } from "../client/Address.ts"
import { Dialer } from "../client/Dialer.ts"
import * as NodeDialer from "../client/transport/NodeDialer.ts"
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
  const world = Effect.map(Dialer, (dialer): World["Service"] => ({
    kind: "remote",
    target: format(address),
    dialer,
    username: (member) => `${prefix}${member}`,
    credentials: (member) => ({ username: `${prefix}${member}`, password, invite }),
    kill: impossible("Killing the service"),
    restart: impossible("Restarting the service"),
    sample: Effect.succeed({}),
  }))
  return Layer.provide(Layer.effect(World, world), NodeDialer.layer(address))
}
