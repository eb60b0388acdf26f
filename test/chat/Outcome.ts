/** What came of it: the answer as version 2 would say it, or why there is none. */
export type Outcome =
  | { readonly answer: object }
  | {
      readonly refused: {
        readonly reason?: string
        readonly status?: number
        readonly message: string
        readonly field?: string
      }
    }
