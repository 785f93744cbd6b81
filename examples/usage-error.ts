// What is wrong about a command line.

/** The command line is wrong, and its message says how. */
export class UsageError extends Error {}
