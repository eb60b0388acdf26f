/** Tells the first of many like events, so that a flood of them is one line in the log. Remembers `maxKeys` of them. */
export const make = (maxKeys: number) => {
  const quietUntil = new Map<string, number>()

  /** Whether the key was not due to be quiet; it is from `now` until `until`, in milliseconds. */
  return (key: string, now: number, until: number): boolean => {
    if ((quietUntil.get(key) ?? now) > now) return false
    quietUntil.delete(key)
    quietUntil.set(key, until)
    if (quietUntil.size > maxKeys) quietUntil.delete(quietUntil.keys().next().value!)
    return true
  }
}
