import type { Result } from "../../Result.ts"
import { html, type Html } from "./html.ts"

type Holds = Result["verdicts"][number]["holds"]

const looks = {
  true: { kind: "good", text: "holds" },
  false: { kind: "bad", text: "does not hold" },
  "not judged here": { kind: "open", text: "not judged here" },
} as const

const lookOf = (holds: Holds) => looks[`${holds}`]

export const pill = (holds: Holds): Html => html`<span class="pill ${lookOf(holds).kind}">${lookOf(holds).text}</span>`

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
