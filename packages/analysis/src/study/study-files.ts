import type { StudyRecord } from "./study-record.js";

/** A file of a report, ready to be written. */
export interface ReportFile {
  /** Relative to the folder of the report, with `/`. */
  readonly path: string;
  readonly content: string;
}

export interface StudyReportOptions {
  /** Lays the published numbers beside the study's own. */
  readonly compare?: "published";
}

/** The files of a study's report: report.html, plots/*.svg and plots/*.csv. The same record gives the same bytes. */
export function studyReport(record: StudyRecord, options: StudyReportOptions = {}): readonly ReportFile[] {
  throw new Error(`the report of ${record.name} is not written yet${options.compare ?? ""}`);
}
