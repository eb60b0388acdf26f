/** Bodies of requests, most of them JSON, some as it should be. */
import type { Dice } from "../Dice.ts"
import * as Hostile from "./hostile.ts"

/** What one can post, change or put, and some of what one cannot. */
const bodies: ReadonlyArray<Readonly<Record<string, unknown>>> = [
  { username: "ann", password: Hostile.secret },
  { content: "hello", id: "1" },
  { content: "hello", type: "text", reply_to: 1 },
  { name: "den", visibility: "public", topic: "dogs" },
  { seq: 1 },
  { emoji: "+1" },
  { reason: "spam", until: 1_800_000_000_000 },
  { role: "moderator" },
  { url: "http://127.0.0.1/", events: ["message"] },
  { current_password: Hostile.secret, new_password: Hostile.secret },
  { operations: ["publish"], channels: ["den"], expires_in: 1000 },
]

/** Texts that `JSON.stringify` does not write. */
const texts: ReadonlyArray<(dice: Dice) => string> = [
  () => "",
  () => "null",
  () => '{"content":"a","content":"b"}',
  () => '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}}}',
  () => '{"content":1e999}',
  () => '{"content":"\\ud800"}',
  () => "{'content':'a'}",
  () => '{"content":"a",}',
  () => '\ufeff{"content":"a"}',
  (dice) => "[".repeat(dice.pick([10, 1000, 50_000])),
  (dice) => '{"a":'.repeat(dice.pick([10, 1000, 50_000])),
  (dice) => `{"content":"${"x".repeat(dice.pick([100, 5000, 300_000]))}"}`,
  (dice) => `{${Array.from({ length: dice.below(3000) }, (_, at) => `"k${at}":0`).join(",")}}`,
  (dice) => `{"seq":${"9".repeat(dice.pick([20, 5000]))}}`,
]

/** As the bytes that are sent, one to a character. */
export const hostileJson = (dice: Dice): string => {
  const text = dice.once(4) ? dice.pick(texts)(dice) : (JSON.stringify(Hostile.bend(dice.pick(bodies), dice)) ?? "")
  const bytes = Buffer.from(text, "utf8")
  return Buffer.from(dice.once(6) ? Hostile.damage(bytes, dice) : bytes).toString("latin1")
}
