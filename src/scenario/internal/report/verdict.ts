import type { Result } from "../../Result.ts"
import { html, type Html } from "./html.ts"

export type Holds = Result["verdicts"][number]["holds"]

const looks = {
  true: { kind: "good", text: "holds" },
  false: { kind: "bad", text: "does not hold" },
  "not judged here": { kind: "open", text: "not judged here" },
} as const

const lookOf = (holds: Holds) => looks[`${holds}`]

export const pill = (holds: Holds): Html => html`<span class="pill ${lookOf(holds).kind}">${lookOf(holds).text}</span>`

/** All verdicts in one sentence. */
export const summary = ({ verdicts }: Result): { readonly kind: "good" | "bad" | "open"; readonly text: string } => {
  const count = (holds: Holds) => verdicts.filter((verdict) => verdict.holds === holds).length
  const [held, broken, open] = [count(true), count(false), count("not judged here")]
  const all = verdicts.length
  const rest = open === 0 ? "" : `, ${open} not judged here`
  if (all === 0) return { kind: "open", text: "Nothing was promised" }
  if (broken > 0 && all === 1) return { kind: "bad", text: "The promise does not hold" }
  if (broken > 0)
    return { kind: "bad", text: `${broken} of ${all} promises ${broken === 1 ? "does" : "do"} not hold${rest}` }
  if (held === 0) return { kind: "open", text: "Nothing could be judged here" }
  if (open > 0) return { kind: "good", text: `${held} of ${all} promises hold${rest}` }
  return { kind: "good", text: all === 1 ? "The promise holds" : `All ${all} promises hold` }
}

/** What was promised, and what was found. */
export const promises = ({ verdicts }: Result): Html =>
  html` <ul class="promises">
    ${verdicts.map(
      ({ asked, found, holds, promise }) =>
        html` <li>
          ${pill(holds)}
          <div>
            <b>${promise}</b>
            <dl>
              <div>
                <dt>asked</dt>
                <dd>${asked}</dd>
              </div>
              <div>
                <dt>found</dt>
                <dd>${found}</dd>
              </div>
            </dl>
          </div>
        </li>`,
    )}
  </ul>`
