// Waiting, and not waiting for ever. The runtime's timers, which every runtime has.

/** Milliseconds; timers with more fire at once. */
export const LONGEST_TIMER = 2 ** 31 - 1

/** What is heeded of an `AbortSignal`, which is one; not every project has the types of the DOM or of Node. */
export interface StopSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** Waits by the runtime's timer; no longer than until the signal aborts. */
export const timerSleep = (milliseconds: number, signal?: StopSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal?.addEventListener('abort', end)
    if (signal?.aborted === true) end()
  })

/**
 * Settles as `work` does, or rejects with `overdue()` once so many milliseconds have passed; the signal is aborted then. It
 * rejects by itself, since what is waited for may not heed the signal.
 */
export async function withinTimeout<T>(
  milliseconds: number,
  overdue: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const isOver = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(overdue())
      controller.abort()
    }, milliseconds)
  })
  try {
    return await Promise.race([work(controller.signal), isOver])
  } finally {
    clearTimeout(timer)
  }
}
