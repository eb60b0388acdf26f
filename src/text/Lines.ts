/** Where a line ends in what people write: also by signs that only some programs put there. */
export const breaks = /\r\n?|[\n\v\f\u0085\u2028\u2029]/g

export const linesOf = (text: string): ReadonlyArray<string> => text.split(breaks)
