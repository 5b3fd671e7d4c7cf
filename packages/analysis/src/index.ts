export type { Gallery, GalleryColumn, GalleryPicture, GalleryRow } from "./gallery.js";
export { galleryHtml } from "./gallery-html.js";
export { galleryPng } from "./gallery-png.js";
export type { ReportFile, StudyReportOptions } from "./study/study-files.js";
export { studyReport } from "./study/study-files.js";
export type {
  MeasuredInterval,
  MeasuredValue,
  StudyCell,
  StudyEpoch,
  StudyMeasurement,
  StudyPair,
  StudyRecord,
  StudyState,
} from "./study/study-record.js";
export { difference, drawPlaces, interval, resample, type Resampling } from "./statistics/bootstrap.js";
export {
  kendall,
  pearson,
  regressionLine,
  spearman,
  type Correlation,
  type FoundCorrelation,
  type NoCorrelation,
} from "./statistics/correlation.js";
export { compareDraws, type Compared, type Comparison } from "./rank/comparison.js";
export { rankCsv, rankHtml, rankSvg, type RankFigure, type RankFigures } from "./rank/rank-report.js";
export { pairedDifference, type PairedDifference } from "./study/student-comparison.js";
export { differingSettings } from "./study/summary.js";
export { augmentersOf, measuredAugmentersOf, withoutAugmenter } from "./study/study-record.js";
export { runReport } from "./report/run-report.js";
