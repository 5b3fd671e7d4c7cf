import type { InstallationState, Installer } from "@kdf/core";
import type { InstallationFolder } from "./installation-folder.js";

/** An installer of one folder; what it adds is how its installation is made. */
export abstract class FolderInstaller implements Installer {
  protected readonly folder: InstallationFolder;

  protected constructor(folder: InstallationFolder) {
    this.folder = folder;
  }

  abstract install(...given: Parameters<Installer["install"]>): Promise<InstallationState>;

  state(): Promise<InstallationState> {
    return this.folder.state();
  }

  verify(): Promise<InstallationState> {
    return this.folder.verify();
  }

  remove(): Promise<boolean> {
    return this.folder.remove();
  }
}
