/** Text that is markup already. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" }

export type Content = Html | string | number | undefined | ReadonlyArray<Content>

const render = (content: Content): string => {
  if (content === undefined) return ""
  if (content instanceof Html) return content.text
  if (typeof content === "object") return content.map(render).join("")
  return String(content).replace(/[&<>"']/g, (character) => entities[character]!)
}

/** Markup with what is not markup in it: that is escaped, in text as in attributes between quotes. */
export const html = (markup: TemplateStringsArray, ...contents: ReadonlyArray<Content>): Html =>
  new Html(markup.reduce((text, part, index) => text + render(contents[index - 1]) + part))

/** An element whose text is taken to the letter: a formatter of this code would put blanks around it in a template. */
export const verbatim = (element: "script" | "style", text: string): Html =>
  new Html(`<${element}>${text}</${element}>`)

/** A value in a page, for its script: nothing in it ends the element. */
export const json = (id: string, value: unknown): Html =>
  new Html(`<script type="application/json" id="${id}">${JSON.stringify(value).replaceAll("<", "\\u003c")}</script>`)

/** Lines of a table, the first cell of each naming it; what is wide scrolls by itself. */
export const table = (
  head: ReadonlyArray<Content>,
  rows: ReadonlyArray<ReadonlyArray<Content>>,
  kind: "figures" | "words" = "figures",
): Html =>
  html` <div class="scroll" tabindex="0">
    <table class="${kind}">
      ${
        head.length === 0
          ? undefined
          : html`<thead>
              <tr>
                ${head.map((cell) => html`<th scope="col">${cell}</th>`)}
              </tr>
            </thead>`
      }
      <tbody>
        ${rows.map(
          ([name, ...cells]) =>
            html`<tr>
              <th scope="row">${name}</th>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`
