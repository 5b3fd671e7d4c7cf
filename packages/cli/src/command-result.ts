/** What a command ends with: printed once, as text for people or with `--json` as JSON. */
export interface CommandResult {
  readonly text: string;
  readonly json: object;
  /** 0 unless said. */
  readonly exitCode?: number;
}
