/** Whether a key is for what is being composed, as in Chinese or Japanese. Some browsers say so of the last one by its code alone. */
export const isComposing = (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === 229
