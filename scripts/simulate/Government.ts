/** Plans what people do with rights: channels are made, closed and renamed, people are let in, silenced and put out. */
import type { Dice } from "../../src/testing/Dice.ts"
import { around } from "./around.ts"
import type { Machine } from "./Machine.ts"
import type { Action, Step } from "./Step.ts"

interface Options {
  readonly from: number
  readonly to: number
  /** Milliseconds between two acts, about. */
  readonly every: number
  readonly machines: ReadonlyArray<Machine>
  /** All names of channels; the first is the lobby. */
  readonly channels: ReadonlyArray<string>
  readonly dice: Dice
  readonly steps: Array<Step>
}

/** One channel is looked after by one machine, mostly. */
interface Keeper {
  readonly channel: string
  readonly machine: number
}

export const govern = ({ channels, dice, every, from, machines, steps, to }: Options): void => {
  const able = machines.flatMap(({ version }, at) => (version === 2 ? at : []))
  const act = (at: number, machine: number, does: Action) => steps.push({ at: Math.min(at, to), machine, does })
  // The lobby is nobody's: there only those who may do everything can do something.
  const keepers = channels.map((channel, at): Keeper => ({ channel, machine: at === 0 ? 0 : dice.pick(able) }))
  for (const { channel, machine } of keepers.slice(1)) {
    // Before the others come, so that the channel is the keeper's; some come to be when somebody enters.
    if (dice.once(3)) continue
    const access = dice.pick(["public", "public", "public", "private", "readonly"] as const)
    act(from - 1900 + dice.below(300), machine, { type: "open" })
    act(from - 1200 + dice.below(300), machine, { type: "create", channel, access })
    act(from - 800, machine, { type: "join", channel })
  }
  for (let at = from + around(every, dice); at < to; at += around(every, dice)) {
    const keeper = dice.pick(keepers)
    // Now and then somebody tries who may not.
    const machine = dice.once(5) ? dice.pick(able) : keeper.machine
    const { user } = dice.pick(machines)
    const other = machines.findIndex((one) => one.user === user)
    for (const [later, by, does] of something(keeper.channel, user, channels, dice)) {
      act(at + later, by === "keeper" ? machine : other, does)
    }
  }
}

type Sequel = readonly [later: number, by: "keeper" | "other", does: Action]

/** Something that is done, and what follows some time later: nothing stays closed for ever but what nobody opens. */
const something = (
  channel: string,
  user: string,
  channels: ReadonlyArray<string>,
  dice: Dice,
): ReadonlyArray<Sequel> => {
  const soon = 1000 + around(8000, dice)
  const says = (later: number, by: Sequel[1], where = channel): Sequel => [
    later,
    by,
    { type: "publish", channel: where, times: 1, length: 10 },
  ]
  const comesBack: Sequel = [soon + 2000, "other", { type: "join", channel }]
  switch (dice.below(12)) {
    case 0:
    case 1: {
      const duration = dice.pick([undefined, undefined, 3000, 15_000])
      const ban: Sequel = [0, "keeper", { type: "ban", channel, user, duration }]
      const heard = says(300, "keeper")
      if (dice.once(5)) return [ban, heard]
      return [ban, heard, [soon, "keeper", { type: "unban", channel, user }], comesBack]
    }
    case 2:
      return [[0, "keeper", { type: "kick", channel, user }], says(300, "keeper"), comesBack]
    case 3: {
      const duration = dice.pick([undefined, 3000, 15_000])
      return [
        says(0, "other"),
        [800, "keeper", { type: "mute", channel, user, duration }],
        [1100, "other", { type: "edit", channel, back: 0 }],
        [1200, "other", { type: "react", channel, back: 0 }],
        says(1300, "other"),
        [soon, "keeper", { type: "unmute", channel, user }],
      ]
    }
    case 4:
    case 5: {
      // Mostly to a name that nobody asks for otherwise.
      const to = dice.pick(channels.slice(dice.once(3) ? 1 : 3))
      return [[0, "keeper", { type: "rename", channel, to }], says(700, "other", to), says(900, "keeper", to)]
    }
    case 6:
    case 7: {
      const role = dice.pick(["moderator", "moderator", "member", "owner", undefined] as const)
      return [[0, "keeper", { type: "role", channel, user, role }]]
    }
    case 8:
      return [
        [
          0,
          "keeper",
          { type: "configure", channel, settings: { access: dice.pick(["private", "readonly"] as const) } },
        ],
        [soon, "keeper", { type: "invite", channel, user }],
        [2 * soon, "keeper", { type: "configure", channel, settings: { access: "public" } }],
        comesBack,
      ]
    case 9:
      return [
        [0, "keeper", { type: "configure", channel, settings: { archived: true } }],
        [soon, "keeper", { type: "configure", channel, settings: { archived: false } }],
      ]
    case 10:
      return [
        [0, "keeper", { type: "configure", channel, settings: { slowMode: dice.pick([1000, 4000]) } }],
        says(300, "other"),
        says(600, "other"),
        says(900, "other"),
        [soon, "keeper", { type: "configure", channel, settings: { slowMode: 0 } }],
      ]
    default:
      return [
        [0, "keeper", { type: "topic", channel }],
        [soon, "keeper", { type: "audit", channel }],
      ]
  }
}
