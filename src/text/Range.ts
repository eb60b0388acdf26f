/** A part of a text, by its place in it. */
export interface Range {
  readonly start: number
  readonly end: number
}
