/** The settings of files that go from session to session, in version 1 of the protocol. */
import { setting } from "./field.ts"
import { duration, int } from "./kind.ts"

export const transferSettings = {
  "transfers.sending": setting(
    "transfers.sending",
    int(0, 1000),
    "Files that one session of version 1 may offer or be sending at once; where it is 0 nobody can offer any",
  ),
  "transfers.taking": setting(
    "transfers.taking",
    int(1, 1000),
    "Files that one session may be taking at once: 128 KiB wait for it, and a chunk of each",
  ),
  "transfers.shown": setting(
    "transfers.shown",
    int(1, 10_000),
    "Offers that one session may answer; the oldest beyond that count as refused by it",
  ),
  "transfers.max": setting("transfers.total", int(1, 1_000_000), "Offers and files under way, of all sessions"),
  "transfers.answer-within": setting(
    "transfers.answerWithin",
    duration("1 second", "1 day"),
    "Time after which an offer that nobody takes does not stand any more",
  ),
  "transfers.idle": setting(
    "transfers.idle",
    duration("1 second", "1 hour"),
    "Silence of the sender after which a file fails",
  ),
  "transfers.stalled": setting(
    "transfers.stalled",
    duration("1 second", "1 hour"),
    "Time after which who takes nothing of a file loses it; meanwhile its sender waits",
  ),
  "transfers.lasts": setting("transfers.lasts", duration("1 minute", "7 days"), "The longest that a file may take"),
  "transfers.burst": setting(
    "transfers.chunks.burst",
    int(1, 1_000_000),
    "Chunks that one session may send at once: those beyond are read later",
  ),
  "transfers.per-second": setting("transfers.chunks.perSecond", int(1, 1_000_000), "The same a second"),
}
