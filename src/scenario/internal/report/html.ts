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

/** A template of markup. Values in it that are no markup are escaped, for text and for quoted attributes. */
export const html = (markup: TemplateStringsArray, ...contents: ReadonlyArray<Content>): Html =>
  new Html(markup.reduce((text, part, index) => text + render(contents[index - 1]) + part))

/** An element whose text must stay as it is. In a template the formatter of this code would put blanks around it. */
export const verbatim = (element: "script" | "style", text: string): Html =>
  new Html(`<${element}>${text}</${element}>`)

/** A value as JSON in the page, for its script. It is escaped so that nothing in it ends the element. */
export const json = (id: string, value: unknown): Html =>
  new Html(`<script type="application/json" id="${id}">${JSON.stringify(value).replaceAll("<", "\\u003c")}</script>`)

/** A table. The first cell of each row is its heading. A wide table scrolls by itself. */
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
