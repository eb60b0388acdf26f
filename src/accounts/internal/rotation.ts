/**
 * Which key signs, which are published, and when another is needed. A key is published for a while before it signs, so that
 * whoever keeps a copy of the published keys has it by then; and for as long after as a token lives that it has signed.
 */
import * as Duration from "effect/Duration"

/** How long a key is published before it signs. Copies of the published keys are good for less than that. */
export const publishedBefore = Duration.hours(1)

const ahead = Duration.toMillis(publishedBefore)

interface Key {
  readonly signsFrom: number
}

/** Times in milliseconds: how long a key signs, and how long a token is good. */
export interface Terms {
  readonly rotateEvery: number
  readonly lifetime: number
}

/** The key that signs now: the last one that may. `keys` are in the order in which they sign. */
export const signer = <K extends Key>(keys: ReadonlyArray<K>, now: number): K | undefined =>
  keys.findLast(({ signsFrom }) => signsFrom <= now)

/**
 * When the next key is to sign, which is to be made now; undefined while there is one. A key that nothing precedes signs at
 * once. One that is to sign later than need be, as after the clock was set back, is not waited for.
 */
export const nextSigns = (keys: ReadonlyArray<Key>, now: number, { rotateEvery }: Terms): number | undefined => {
  const current = signer(keys, now)
  if (current === undefined) return now
  const hasNext = keys.some(({ signsFrom }) => signsFrom > now && signsFrom <= now + ahead)
  return hasNext || now < current.signsFrom + rotateEvery - ahead ? undefined : now + ahead
}

/** Whether nothing that the key has signed is good any more. */
export const isOver = (key: Key, keys: ReadonlyArray<Key>, now: number, { lifetime }: Terms): boolean => {
  const next = keys.find(({ signsFrom }) => signsFrom > key.signsFrom)
  return next !== undefined && next.signsFrom + lifetime <= now
}
