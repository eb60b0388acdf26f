// The load of sessions, a process of its own: version 2 (and, for a storm and for guests, version 1) connections on one event loop.
//
// Started with a SessionPlan (JSON) as its one argument; says SessionEvents, one line of JSON each, on stdout; ends by
// itself, and when its stdin ends (so that it never outlives whoever started it).
import { fail } from "./Conversation.ts"
import { crowd } from "./crowd.ts"
import { echo } from "./echo.ts"
import { guests } from "./guests.ts"
import { hold } from "./hold.ts"
import { idle } from "./idle.ts"
import type { SessionPlan } from "./Plan.ts"
import { storm } from "./storm.ts"
import { talk } from "./talk.ts"
import { visit } from "./visit.ts"

const plan: SessionPlan = JSON.parse(process.argv[2] ?? "{}")

process.stdin.on("end", () => process.exit(1)).resume()

const work = (): Promise<void> => {
  switch (plan.work) {
    case "storm":
      return storm(plan)
    case "echo":
      return echo(plan)
    case "visit":
      return visit(plan)
    case "guests":
      return guests(plan)
    case "idle":
      return idle(plan)
    case "hold":
      return hold(plan)
    case "crowd":
      return crowd(plan)
    case "talk":
      return talk(plan)
  }
}

work().catch((error: unknown) => fail(String(error)))
