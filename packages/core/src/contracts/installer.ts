/** How far an installation got: a step in words, and bytes where these are what takes long. */
export interface InstallationProgress {
  readonly step: string;
  readonly bytes?: number;
  readonly total?: number;
}

export interface InstallationState {
  readonly status: "absent" | "installed" | "damaged";
  /** Where it is, or would be. */
  readonly directory: string;
  /** What it was made of: versions, sources, sums. Empty where there is none. */
  readonly details: Readonly<Record<string, string>>;
  /** What is damaged. */
  readonly problem?: string;
}

/** Something of this machine that an installation uses or lacks. */
export interface InstallationFinding {
  readonly id: string;
  /** `note`: works, but is worth knowing. */
  readonly status: "ok" | "note" | "problem";
  readonly text: string;
  /** What to type or change. */
  readonly fix?: string;
  /** The values behind the text. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * What a plugin needs beside npm packages, fetched and built on purpose (`kdf engine install`) into the cache, where
 * `npm ci` does not reach. Nothing else of a plugin downloads or builds.
 */
export interface Installer {
  /**
   * Checks first what can be known (platform, compiler, space) and refuses before anything is fetched. What was
   * installed before stands until the new one is complete. Two at once: the second waits and finds it done.
   */
  install(onProgress: (progress: InstallationProgress) => void, signal?: AbortSignal): Promise<InstallationState>;
  /** What is there, by its record alone; milliseconds. */
  state(): Promise<InstallationState>;
  /** Reads every file and compares its sum. */
  verify(): Promise<InstallationState>;
  /** Removes it; true where there was one. */
  remove(): Promise<boolean>;
  /** For `kdf doctor`: what of this machine it uses or lacks, beside itself. Installs nothing. */
  examine?(): Promise<readonly InstallationFinding[]>;
}
