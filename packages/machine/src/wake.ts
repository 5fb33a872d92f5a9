/** Something from outside that ends a wait. */
export class Wake {
  #controller = new AbortController()
  readonly call = (): void => this.#controller.abort()

  /** Aborted at the next call, or already if there has been one since `reset`. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }
  reset(): void {
    if (this.#controller.signal.aborted) this.#controller = new AbortController()
  }
}
