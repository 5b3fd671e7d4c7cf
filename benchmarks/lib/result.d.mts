export declare const repository: string;
export interface Circumstances {
  readonly date: string;
  readonly commit: string | null;
  readonly machine: Readonly<Record<string, string | number>>;
}
export declare function begin(): Circumstances;
export declare function readResult(name: string): unknown;
export declare function writeResult(name: string, circumstances: Circumstances, measured: object): void;
export declare function round(number: number, digits?: number): number;
export declare function median(numbers: readonly number[]): number;
export declare function spread(
  numbers: readonly number[],
  digits?: number,
): { readonly median: number; readonly least: number; readonly most: number; readonly count: number };
