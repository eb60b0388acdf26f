/** Finds the first of many events of a kind, so that a flood is one line in the log. Remembers at most `maxKeys` kinds. */
export const make = (maxKeys: number) => {
  const quietUntil = new Map<string, number>()

  /** Whether this event is to be logged. If so, later ones with its key are not, until `until`. Times are in milliseconds. */
  return (key: string, now: number, until: number): boolean => {
    if ((quietUntil.get(key) ?? now) > now) return false
    quietUntil.delete(key)
    quietUntil.set(key, until)
    if (quietUntil.size > maxKeys) quietUntil.delete(quietUntil.keys().next().value!)
    return true
  }
}
