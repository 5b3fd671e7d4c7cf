/** Progress and warnings for people; never standard output when that is a program's. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
}
