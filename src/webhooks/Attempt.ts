/** What an answer, or that there was none, means for the delivery. */
export type Verdict =
  | { readonly type: "Taken" }
  /** It may be taken later. */
  | { readonly type: "Later"; readonly error: string; readonly retryAfter?: string | undefined }
  | { readonly type: "Never"; readonly error: string }
  /** The receiver wants nothing any more, ever. */
  | { readonly type: "Gone"; readonly error: string }

/** What came of an attempt to deliver something. */
export interface Attempt {
  readonly delivery: string
  /** Of what it was about. */
  readonly type: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** Milliseconds that it took. */
  readonly took: number
  /** Undefined where there was no answer. */
  readonly status: number | undefined
  readonly verdict: Verdict
}
