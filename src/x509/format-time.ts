// Times as OpenSSL prints them.

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Aug  4 09:05:02 2012 GMT`. */
export function formatTime(time: Date): string {
  const clock = time.toISOString().slice(-13, -5)
  const day = String(time.getUTCDate()).padStart(2)
  return `${months[time.getUTCMonth()] ?? ''} ${day} ${clock} ${time.getUTCFullYear()} GMT`
}
