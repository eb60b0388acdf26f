import type { Model } from "../Model.ts"

/** The model that is drawn, and the screen that draws it. */
export class Store {
  private model: Model
  private redraw: () => void = () => {}

  constructor(model: Model) {
    this.model = model
  }

  readonly read = (): Model => this.model

  /** There is one subscriber, the screen. */
  readonly subscribe = (redraw: () => void): (() => void) => {
    this.redraw = redraw
    return () => (this.redraw = () => {})
  }

  show(model: Model): void {
    if (model === this.model) return
    this.model = model
    this.redraw()
  }
}
