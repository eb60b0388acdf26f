// One round over a protocol: one server and one load process, started for it and ended after it.
import * as Effect from "effect/Effect"
import type { Door, DoorPlan } from "./doors/Plan.ts"
import type { LoadEvent } from "./fanout/Plan.ts"
import { figuresOf, type Options } from "./FanoutRound.ts"
import * as LoadProcess from "./LoadProcess.ts"
import type { Figures } from "./Row.ts"
import { host, start } from "./ServerProcess.ts"
import type { ServerCommand } from "./ServerProcess.ts"

type Load = Omit<DoorPlan, "host" | "port" | "serverPid" | "door" | "work">

const round = <E extends { readonly type: string }>(
  server: ServerCommand,
  plan: Load & Pick<DoorPlan, "door" | "work">,
  options: Options,
) =>
  Effect.flatMap(start(server, { core: options.pinned?.server, profile: options.profile }), (started) =>
    LoadProcess.run<E | LoadEvent>(
      "scripts/bench/doors/main.ts",
      { ...plan, host, port: started.port, serverPid: started.pid },
      started,
      {
        core: options.pinned?.load,
        onEvent: (event) => {
          if (event.type === "Progress") options.onEvent?.(event as LoadEvent)
        },
      },
    ),
  )

/** What a message costs. Fails where a member got one not at all, twice, changed, or in another order than the others. */
export const talk = Effect.fnUntraced(function* (server: ServerCommand, door: Door, load: Load, options: Options) {
  const { figures, messagesChecked } = yield* round<LoadEvent>(server, { ...load, door, work: "talk" }, options)
  return figuresOf(figures, messagesChecked)
}, Effect.scoped)

interface Measured {
  readonly type: "Measured"
  readonly figures: Figures
}

/** What it costs to be there. */
export const idle = Effect.fnUntraced(function* (server: ServerCommand, door: Door, load: Load, options: Options) {
  const { figures } = yield* round<Measured>(server, { ...load, door, work: "idle" }, options)
  return figures as unknown as Figures
}, Effect.scoped)
