import { satisfies } from "./version.js";

/** What a Python project needs, as a line `Requires-Dist` of its METADATA states it. */
export interface Requirement {
  /** Normalised: `nvidia-cublas-cu12`. */
  readonly project: string;
  /** `<13.0,>=12.5.3.2`; empty where any version will do. */
  readonly specifier: string;
}

/** What markers may ask for. https://packaging.python.org/en/latest/specifications/dependency-specifiers/ */
export interface MarkerEnvironment {
  /** `x86_64` or `aarch64` */
  readonly machine: string;
  /** The extra that is asked for. */
  readonly extra: string;
  /** `3.11` */
  readonly python: string;
}

/** Names of a project are the same in small letters and with any of `-_.` between words. */
export const normalizeName = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, "-");

/** One header of METADATA, each time that it stands there; the description below the headers is not looked at. */
export function headers(metadata: string, name: string): string[] {
  const [head = ""] = metadata.replaceAll("\r\n", "\n").split("\n\n", 1);
  return [...head.matchAll(new RegExp(`^${name}: *(.*)$`, "gm"))].map(([, value]) => value!.trim());
}

/**
 * The requirements whose marker holds in `environment` because of the extra: those that hold without it are not among
 * them. @throws Error for a line that is no dependency specifier
 */
export function requirementsOfExtra(metadata: string, environment: MarkerEnvironment): Requirement[] {
  return headers(metadata, "Requires-Dist").flatMap((line) => {
    const [specification = "", marker] = splitMarker(line);
    if (marker === undefined || !holds(marker, environment) || holds(marker, { ...environment, extra: "" })) return [];
    const [, name, specifier] = /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)$/.exec(specification) ?? [];
    if (name === undefined || specifier === undefined || specifier.startsWith("@")) throw new Error(`"${line}" names no project with versions`);
    return [{ project: normalizeName(name), specifier: specifier.replace(/^\((.*)\)$/, "$1").replaceAll(" ", "") }];
  });
}

function splitMarker(line: string): [string, string?] {
  const at = line.indexOf(";");
  return at < 0 ? [line.trim()] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}

/** Evaluates `marker_or`: comparisons joined by `and`, which binds closer, and `or`, with parentheses. */
function holds(marker: string, environment: MarkerEnvironment): boolean {
  const tokens = marker.match(/\(|\)|'[^']*'|"[^"]*"|<=|>=|===|==|!=|~=|<|>|[A-Za-z_][\w.]*/g) ?? [];
  let at = 0;
  const fail = (): never => {
    throw new Error(`the marker "${marker}" is not understood`);
  };
  const parseOr = (): boolean => {
    let result = parseAnd();
    while (tokens[at] === "or") {
      at += 1;
      const right = parseAnd();
      result ||= right;
    }
    return result;
  };
  const parseAnd = (): boolean => {
    let result = parseOne();
    while (tokens[at] === "and") {
      at += 1;
      const right = parseOne();
      result &&= right;
    }
    return result;
  };
  const parseOne = (): boolean => {
    if (tokens[at] === "(") {
      at += 1;
      const inner = parseOr();
      if (tokens[at++] !== ")") fail();
      return inner;
    }
    const left = valueOf(tokens[at++] ?? fail(), environment) ?? fail();
    let operator = tokens[at++] ?? fail();
    if (operator === "not" && tokens[at] === "in") operator = `not ${tokens[at++]}`;
    const right = valueOf(tokens[at++] ?? fail(), environment) ?? fail();
    return compare(left, operator, right) ?? fail();
  };
  const result = parseOr();
  return at === tokens.length ? result : fail();
}

interface Value {
  readonly text: string;
  readonly kind: "literal" | "text" | "version" | "name";
}

function valueOf(token: string, { machine, extra, python }: MarkerEnvironment): Value | undefined {
  if (token.startsWith("'") || token.startsWith('"')) return { text: token.slice(1, -1), kind: "literal" };
  const variables: Readonly<Record<string, string>> = {
    os_name: "posix",
    sys_platform: "linux",
    platform_system: "Linux",
    platform_machine: machine,
    platform_python_implementation: "CPython",
    implementation_name: "cpython",
    python_version: python,
    python_full_version: `${python}.0`,
    extra: normalizeName(extra),
  };
  const text = variables[token];
  return text === undefined ? undefined : { text, kind: token === "extra" ? "name" : token.startsWith("python_") ? "version" : "text" };
}

const turned: Readonly<Record<string, string>> = { "<": ">", ">": "<", "<=": ">=", ">=": "<=" };

/** undefined where the two cannot be compared so. */
function compare(left: Value, operator: string, right: Value): boolean | undefined {
  if (operator === "in") return right.text.includes(left.text);
  if (operator === "not in") return !right.text.includes(left.text);
  if (left.kind === "version") return satisfies(left.text, `${operator}${right.text}`);
  if (right.kind === "version") return satisfies(right.text, `${turned[operator] ?? operator}${left.text}`);
  const text = left.kind === "name" || right.kind === "name" ? normalizeName : (word: string) => word;
  if (operator === "==" || operator === "===") return text(left.text) === text(right.text);
  if (operator === "!=") return text(left.text) !== text(right.text);
  return undefined;
}
