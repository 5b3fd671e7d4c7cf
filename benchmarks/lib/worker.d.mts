export declare class Worker {
  constructor(program: string, parameters: readonly string[]);
  ready(): Promise<Readonly<Record<string, unknown>>>;
  measure(): Promise<Readonly<Record<string, number>>>;
  stop(): void;
}
