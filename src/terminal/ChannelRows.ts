/** Which conversations the list at the left shows. */

/** As many as fit, with the one at this place among them. */
export const around = <A>(all: ReadonlyArray<A>, at: number, height: number): ReadonlyArray<A> => {
  const start = Math.max(0, Math.min(at - Math.floor(height / 2), all.length - height))
  return all.slice(start, start + height)
}
