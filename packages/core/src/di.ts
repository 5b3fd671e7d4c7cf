/**
 * The only file that knows tsyringe (docs/adr/0001). The polyfill comes first: tsyringe refuses to load without it.
 */
import "reflect-metadata";
import { container as processContainer, inject as tsyringeInject, injectable } from "tsyringe";
import type { DependencyContainer, InjectionToken } from "tsyringe";
import { isKdfError } from "./errors/error.js";
import { containerMisuse } from "./errors/plugin.js";

/** `root`: one for the process. `run`: one for each run. A root value never depends on a run value. */
export type Scope = "root" | "run";

/** A typed name for something the container holds. */
export interface Token<T> {
  readonly id: string;
  readonly scope: Scope;
  readonly key: symbol;
  /** Only for the type checker. */
  readonly type?: T;
}

export function token<T>(id: string, scope: Scope): Token<T> {
  return Object.freeze({ id: `kdf:${id}`, scope, key: Symbol.for(`kdf:${id}`) });
}

export { injectable };

/** Marks a constructor parameter. Every parameter of an injectable class carries one: no metadata is emitted. */
export function inject<T>(wanted: Token<T>): ParameterDecorator {
  return tsyringeInject(wanted.key as InjectionToken<T>) as ParameterDecorator;
}

type Constructor<T> = abstract new (...parameters: never[]) => T;

/** A container of one scope. */
export class Container {
  readonly #scope: Scope;
  readonly #inner: DependencyContainer;

  constructor(scope: Scope, inner: DependencyContainer) {
    this.#scope = scope;
    this.#inner = inner;
  }

  /** Registers a finished value. A second value for one token is refused, where tsyringe would take it in silence. */
  provide<T>(wanted: Token<T>, value: T): this {
    this.#claim(wanted);
    this.#inner.register<T>(wanted.key as InjectionToken<T>, { useValue: value });
    return this;
  }

  /** The value of `wanted`; KDF_CONTAINER_MISUSE when nothing was registered, where tsyringe's message would name a symbol. */
  resolve<T>(wanted: Token<T>): T {
    if (this.#scope === "root" && wanted.scope === "run") {
      throw containerMisuse({ token: wanted.id, problem: "the root container was asked for a value of a run" });
    }
    if (!this.has(wanted)) {
      throw containerMisuse({ token: wanted.id, problem: "nothing is registered for it" });
    }
    return this.#inner.resolve<T>(wanted.key as InjectionToken<T>);
  }

  has(wanted: Token<unknown>): boolean {
    return this.#inner.isRegistered(wanted.key as InjectionToken<unknown>, true);
  }

  /** Makes an `@injectable()` class with what the container holds. */
  construct<T>(constructor: Constructor<T>): T {
    try {
      return this.#inner.resolve(constructor as unknown as InjectionToken<T>);
    } catch (cause) {
      if (isKdfError(cause)) throw cause;
      const problem = cause instanceof Error ? cause.message : String(cause);
      throw containerMisuse({ token: constructor.name, problem }, { cause });
    }
  }

  /** A container of one run: sees everything of the root, adds its own. */
  createRun(): Container {
    return new Container("run", this.#inner.createChildContainer());
  }

  #claim(wanted: Token<unknown>): void {
    if (wanted.scope !== this.#scope) {
      throw containerMisuse({ token: wanted.id, problem: `it belongs to the ${wanted.scope} container` });
    }
    if (this.#inner.isRegistered(wanted.key as InjectionToken<unknown>)) {
      throw containerMisuse({ token: wanted.id, problem: "it is registered already" });
    }
  }
}

export function createRoot(): Container {
  return new Container("root", processContainer.createChildContainer());
}
