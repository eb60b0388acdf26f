/** A version of the protocol as sessions use it: its major number. */
export type Version = 1 | 2

export const latest: Version = 2

/** As it is written in `Connect`. */
export const format = (version: Version): string => `${version}.0`

/** The major number of "2", "2.0", "2.1" …; undefined where it is not a version. */
export const parse = (text: string): number | undefined => {
  const match = /^(\d{1,4})(\.\d{1,4}){0,2}$/.exec(text)
  return match === null ? undefined : Number(match[1])
}

/** The highest version both sides speak. */
export const choose = (lowest: number, highest: number): Version | undefined => {
  const best = Math.min(highest, latest)
  return best >= Math.max(lowest, 1) ? (best as Version) : undefined
}
