/** What was looked at, how it is, and what to do about it. */
export interface Finding {
  readonly about: string
  readonly level: "ok" | "warning" | "problem"
  readonly says: string
  /** What to do; there is always something where it is not in order. */
  readonly advice?: string | undefined
}

export interface About {
  readonly ok: (says: string) => Finding
  readonly warning: (says: string, advice: string) => Finding
  readonly problem: (says: string, advice?: string) => Finding
}

export const about = (about: string): About => ({
  ok: (says) => ({ about, level: "ok", says }),
  warning: (says, advice) => ({ about, level: "warning", says, advice }),
  problem: (says, advice) => ({ about, level: "problem", says, advice }),
})
