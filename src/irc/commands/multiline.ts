/** A message of several lines, which a client says line by line in a batch (`draft/multiline`). */
import * as Effect from "effect/Effect"
import type { HandlerResult } from "../../session/Handler.ts"
import type { SessionCaller } from "../../session/Session.ts"
import type { UserHandler } from "../Command.ts"
import type { Line } from "../Line.ts"
import { keyOf } from "../Names.ts"
import type { OpenBatch } from "../OpenBatch.ts"
import type { Peer } from "../Peer.ts"
import { answeredIn, sayContent } from "./messages.ts"
import { contentOf } from "../Text.ts"
import { maxMultilineBytes, maxMultilineLines } from "../Welcome.ts"

const kind = "draft/multiline"

/** Refuses all of a message: a part of it would say something else. */
const fail = (peer: Peer, batch: OpenBatch, code: string, context: ReadonlyArray<string>, text: string): void => {
  if (batch.failed) return
  batch.failed = true
  batch.text = ""
  peer.fail("BATCH", `MULTILINE_${code}`, context, text, batch.label)
}

/** A line was not read that may have been one of it. */
export const missed = (peer: Peer, text: string): void => {
  if (peer.batch !== undefined) fail(peer, peer.batch, "INVALID", [], text)
}

const add = (peer: Peer, batch: OpenBatch, { command, params: [target = "*", text = ""], tags }: Line): void => {
  const goesOn = tags.has("draft/multiline-concat")
  const maxBytes = maxMultilineBytes(peer)
  if (batch.failed) return
  if ((command !== "PRIVMSG" && command !== "NOTICE") || (batch.command ?? command) !== command) {
    return fail(peer, batch, "INVALID", [], "It has to be PRIVMSG alone, or NOTICE alone")
  }
  if (keyOf(target) !== keyOf(batch.target)) {
    return fail(peer, batch, "INVALID_TARGET", [batch.target, target], "All lines have to go to the same place")
  }
  if (goesOn && (text === "" || batch.lines === 0)) {
    return fail(peer, batch, "INVALID", [], "There is nothing that goes on, or nothing behind which it does")
  }
  if (batch.lines >= maxMultilineLines) {
    return fail(peer, batch, "MAX_LINES", [String(maxMultilineLines)], "A message has fewer lines")
  }
  const isFirst = batch.lines === 0
  batch.bytes += Buffer.byteLength(text) + (isFirst || goesOn ? 0 : 1)
  if (batch.bytes > maxBytes) return fail(peer, batch, "MAX_BYTES", [String(maxBytes)], "A message is shorter")
  batch.command = command
  batch.lines++
  batch.text += isFirst || goesOn ? text : `\n${text}`
}

const end = (peer: Peer, batch: OpenBatch, caller: SessionCaller): HandlerResult => {
  peer.batch = undefined
  const { answered, command, label, target } = batch
  if (batch.failed) return Effect.void
  const content = contentOf(batch.text)
  if (command === undefined || content === undefined || content.trim() === "") {
    return Effect.sync(() => fail(peer, batch, "INVALID", [], "There is nothing to say in it"))
  }
  return sayContent(peer, caller, { command, target, content, answered, label })
}

/** A line that belongs to a message that is being said; undefined where it does not. */
export const gather = (peer: Peer, line: Line): HandlerResult | undefined => {
  const reference = line.tags.get("batch")
  if (reference === undefined || !peer.has(kind)) return undefined
  const { batch } = peer
  return Effect.sync(() =>
    batch?.reference === reference
      ? add(peer, batch, line)
      : peer.fail("BATCH", "MULTILINE_INVALID", [], "There is no such batch"),
  )
}

const BATCH: UserHandler = (peer, line, caller) => {
  const [given = "", type, target = ""] = line.params
  const reference = given.slice(1)
  const { batch } = peer
  const refuse = (code: string, text: string) => Effect.sync(() => peer.fail("BATCH", code, [], text))
  if (given.startsWith("-")) {
    return batch?.reference === reference
      ? end(peer, batch, caller)
      : refuse("MULTILINE_INVALID", "There is no such batch")
  }
  if (!given.startsWith("+") || reference === "" || target === "" || type !== kind || !peer.has(kind)) {
    return refuse("MULTILINE_INVALID", `+REFERENCE ${kind} TARGET, for who has asked for that`)
  }
  return Effect.sync(() => {
    if (batch !== undefined) fail(peer, batch, "INVALID", [], "Another was begun before it was ended")
    peer.batch = {
      reference,
      target,
      answered: answeredIn(line),
      label: peer.later(),
      command: undefined,
      text: "",
      lines: 0,
      bytes: 0,
      failed: false,
    }
  })
}

export const multiline: Readonly<Record<string, UserHandler>> = { BATCH }
