/** The reactions of the message `e`, aggregated as the database does it. */
export const reactions = (aggregated: string): string =>
  `(SELECT ${aggregated} FROM reactions r WHERE r.channel = e.channel AND r.seq = e.seq)`
