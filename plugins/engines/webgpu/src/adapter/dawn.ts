import { create, globals } from "webgpu";

/** A name that no adapter has: asked for it, Dawn tells which there are. */
const nobody = "kdf asks which adapters there are";

export interface ListedAdapter {
  /** vulkan, metal, d3d12, … */
  readonly backend: string;
  readonly name: string;
}

/** What computes. `gpu` is Dawn itself, which lives as long as it is referred to. */
export interface OpenAdapter extends ListedAdapter {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
  /** As its vendor words it. */
  readonly driver: string;
  /** It computes on the processor. */
  readonly software: boolean;
}

/** Adapters that Dawn can use here, by its own names. */
export async function listAdapters(): Promise<ListedAdapter[]> {
  try {
    await create([`adapter=${nobody}`]).requestAdapter();
  } catch (error) {
    return readList((error as Error).message);
  }
  return [];
}

/** The list in the message that Dawn refuses an unknown name with. */
export function readList(message: string): ListedAdapter[] {
  return [...message.matchAll(/backend: '(.*?)', name: '(.*)'/g)].map(([, backend, name]) => ({ backend: backend!, name: name! }));
}

/** The adapter of that name, or the one that Dawn prefers. Undefined where there is none. */
export async function openAdapter(
  powerPreference: GPUPowerPreference,
  named: ListedAdapter | undefined,
  listed: readonly ListedAdapter[],
): Promise<OpenAdapter | undefined> {
  const gpu = create(named === undefined ? [] : [`adapter=${named.name}`, `backend=${named.backend}`]);
  const adapter = await gpu.requestAdapter({ powerPreference });
  if (adapter === null) return undefined;
  const { info } = adapter;
  const { backend, name } = named ?? whichOf(listed, info.device) ?? { backend: "unknown", name: info.device || info.description };
  return { gpu, adapter, backend, name, driver: info.description, software: info.isFallbackAdapter || isSoftware(name) };
}

/** Some drivers that compute on the processor don't say so. */
const isSoftware = (name: string): boolean => /swiftshader|llvmpipe|lavapipe|basic render/i.test(name);

/** WebGPU shows names as identifiers; Dawn's list has them in full. */
export function whichOf(listed: readonly ListedAdapter[], identifier: string): ListedAdapter | undefined {
  const identify = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return listed.length === 1 ? listed[0] : listed.find(({ name }) => identify(name) === identifier);
}

/** Makes what a browser has known under its usual names, which TensorFlow.js refers to. */
export function defineGlobals(): void {
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(globals))) {
    if (!(name in globalThis)) Object.defineProperty(globalThis, name, { ...property, enumerable: false });
  }
}

/** Runs `work` while `navigator.gpu` is Dawn, as in a browser; afterwards it is gone, since it would hold the process. */
export function withNavigator<T>(gpu: GPU, work: () => T): T {
  const place = globalThis as { navigator?: object };
  const own = place.navigator === undefined;
  if (own) Object.defineProperty(place, "navigator", { value: {}, configurable: true });
  Object.defineProperty(place.navigator, "gpu", { value: gpu, configurable: true });
  try {
    return work();
  } finally {
    delete (place.navigator as { gpu?: GPU }).gpu;
    if (own) delete place.navigator;
  }
}
