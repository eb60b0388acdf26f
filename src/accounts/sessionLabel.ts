/** What the token of a session is for, as its owner reads it: how somebody came in, and from where. */
export const sessionLabel = (over: string, address: string): string => `${over} from ${address}`
