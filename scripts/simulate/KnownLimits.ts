/**
 * Where today's client promises less than one would wish. Everything that the judge lets pass for such a reason it lets
 * pass here, and nowhere else: whoever lifts a limit takes it out of this file, and the simulation insists from then on.
 */
import type { Channel, Channels } from "./Channels.ts"

/** How long ago a rename may have been for the answer to an earlier `Join` to be on its way still. */
const underWay = 120_000

/**
 * A client that was away while its channel was renamed asks for the old name when it comes back, since names are all it
 * knows. Then it is refused, or it is in another channel that has this name by now, maybe one that it has just made;
 * what it has heard and where it was applies to that one. So it is with what it still had to say.
 */
export const asksForOldName = {
  /** Whether a program that enters under a name may find another channel there than it was in. */
  mayFindAnother: (channels: Channels, name: string, was: Channel | undefined, now: number): boolean => {
    const ever = channels.everCalled(name)
    if (ever.size > 1) return true
    if (was === undefined) return false
    return was.name !== name || was.renamedAt > now - underWay
  },

  /** Whether something that was said to one channel under a name may come to another. */
  mayReachAnother: (channels: Channels, name: string, reached: Channel): boolean =>
    channels.everCalled(name).has(reached) && channels.everCalled(name).size > 1,

  /** Whether what was said in one channel may be said again in another: it was not acknowledged before the rename. */
  mayBeSaidAgain: (channels: Channels, name: string, before: Iterable<Channel>, now: Channel): boolean =>
    asksForOldName.mayReachAnother(channels, name, now) && ![...before].includes(now),

  /** Whether a program need not know that its channel has another name: it was away, and entered again since. */
  mayMissRename: (channel: Channel, enteredAt: number): boolean => enteredAt >= channel.renamedAt,
}
