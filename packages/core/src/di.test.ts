import { describe, expect, it } from "vitest";
import { createRoot, inject, injectable, token } from "./di.js";

interface Clock {
  now(): number;
}

const clock = token<Clock>("test-clock", "root");
const name = token<string>("test-name", "root");
const runSeed = token<number>("test-seed", "run");

const misuse = { code: "KDF_CONTAINER_MISUSE" };

describe("a container", () => {
  it("gives back what was provided, with its type", () => {
    const root = createRoot().provide(clock, { now: () => 3 });
    expect(root.resolve(clock).now()).toBe(3);
  });

  it("refuses what nobody provided, by the token's name", () => {
    expect(() => createRoot().resolve(clock)).toThrow(expect.objectContaining(misuse));
    expect(() => createRoot().resolve(clock)).toThrow("kdf:test-clock");
  });

  it("refuses a second value for one token", () => {
    const root = createRoot().provide(name, "first");
    expect(() => root.provide(name, "second")).toThrow("registered already");
    expect(root.resolve(name)).toBe("first");
  });

  it("keeps two roots apart", () => {
    createRoot().provide(name, "first");
    expect(() => createRoot().resolve(name)).toThrow(expect.objectContaining(misuse));
  });
});

describe("scopes", () => {
  it("lets a run see the root, and not the reverse", () => {
    const root = createRoot().provide(name, "root's");
    const run = root.createRun().provide(runSeed, 7);
    expect([run.resolve(name), run.resolve(runSeed)]).toEqual(["root's", 7]);
    expect(() => root.resolve(runSeed)).toThrow("asked for a value of a run");
  });

  it("keeps two runs apart", () => {
    const root = createRoot();
    const first = root.createRun().provide(runSeed, 1);
    const second = root.createRun().provide(runSeed, 2);
    expect([first.resolve(runSeed), second.resolve(runSeed)]).toEqual([1, 2]);
  });

  it("refuses a value in the container of the other scope", () => {
    const root = createRoot();
    expect(() => root.provide(runSeed, 1)).toThrow("belongs to the run container");
    expect(() => root.createRun().provide(name, "x")).toThrow("belongs to the root container");
  });
});

describe("construction of classes", () => {
  class Greeter {
    readonly greeting: string;
    constructor(who: string, seed: number) {
      this.greeting = `${who} ${seed}`;
    }
  }
  // Written out, since the decorators of parameters are syntax that not every test runner compiles.
  inject(name)(Greeter, undefined, 0);
  inject(runSeed)(Greeter, undefined, 1);
  injectable()(Greeter);

  it("passes what each parameter's token names", () => {
    const run = createRoot().provide(name, "kdf").createRun().provide(runSeed, 4);
    expect(run.construct(Greeter).greeting).toBe("kdf 4");
  });

  it("names the class when a parameter cannot be served", () => {
    const root = createRoot().provide(name, "kdf");
    expect(() => root.construct(Greeter)).toThrow(expect.objectContaining(misuse));
    expect(() => root.construct(Greeter)).toThrow("Greeter");
  });

  it("refuses a class whose parameters carry no token", () => {
    class Unmarked {
      constructor(readonlyName: string) {
        void readonlyName;
      }
    }
    injectable()(Unmarked);
    expect(() => createRoot().construct(Unmarked)).toThrow(expect.objectContaining(misuse));
  });
});
