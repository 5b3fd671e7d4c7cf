import { writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A command that stands for the C++ compiler in `folder`: it passes its trial, and in place of the addon, which needs the
 * real libraries, it builds, once, a small one that states a version of TensorFlow. Returns what CXX is to be.
 */
export function writeCompiler(folder: string, { addon = true }: { readonly addon?: boolean } = {}): string {
  const source = join(folder, "addon.cc");
  writeFileSync(
    source,
    '#include <node_api.h>\nstatic napi_value init(napi_env env, napi_value exports) { napi_value v; napi_create_string_utf8(env, "9.9.9", 5, &v); napi_set_named_property(env, exports, "TF_Version", v); return exports; }\nNAPI_MODULE(addon, init)\n',
  );
  const command = join(folder, "compiler");
  const built = join(folder, "addon.node");
  const build = addon ? `[ -f "${built}" ] || g++ -fPIC -shared -I "$include" "${source}" -o "${built}"\n    cp "${built}" "$out"` : 'echo no addon > "$out"';
  writeFileSync(
    command,
    `#!/bin/sh\nfor word; do\n  [ "$previous" = -o ] && out=$word\n  [ "$previous" = -I ] && [ -z "$include" ] && include=$word\n  previous=$word\ndone\necho compiler 1\ncase "$out" in\n  *.node) ${build} ;;\nesac\n`,
    { mode: 0o755 },
  );
  return command;
}
