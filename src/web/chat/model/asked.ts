/** What a draft is at first sight: something to be said, or something to be done. */

/** Whether it has to be looked at more closely. Then nothing of it is said by accident. */
export const mayAsk = (draft: string): boolean =>
  /^(?:\/\p{L}|s\/|\+\s?(?::|\p{Extended_Pictographic}|\p{Regional_Indicator}))/u.test(draft)

/** What is said of it: two slashes say one, where one alone would begin a command. */
export const toSay = (draft: string): string => (/^\/\/\p{L}/u.test(draft) ? draft.slice(1) : draft)
