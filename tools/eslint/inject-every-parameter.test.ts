import { RuleTester, type Rule } from "eslint";
import { parser } from "typescript-eslint";
import { afterAll, describe, it } from "vitest";
import { injectEveryParameter } from "./inject-every-parameter.js";

Object.assign(RuleTester, { afterAll, describe, it });

new RuleTester({ languageOptions: { parser } }).run(
  "inject-every-parameter",
  injectEveryParameter as unknown as Rule.RuleModule,
  {
    valid: [
      "class Plain { constructor(a: string) {} }",
      "@injectable() class NoConstructor {}",
      "@injectable() class All { constructor(@inject(tokens.logger) a: Logger, @inject(tokens.streams) b: Streams) {} }",
      "@injectable() class Method { constructor(@inject(tokens.logger) a: Logger) {} run(step: number) {} }",
    ],
    invalid: [
      {
        code: "@injectable() class One { constructor(@inject(tokens.logger) a: Logger, b: Streams) {} }",
        errors: [{ messageId: "missing", column: 73 }],
      },
      {
        code: "const Made = @injectable() class { constructor(a: Logger, b = 1) {} };",
        errors: [{ messageId: "missing" }, { messageId: "missing" }],
      },
      {
        code: "@injectable() class Other { constructor(@optional() a: Logger) {} }",
        errors: [{ messageId: "missing" }],
      },
    ],
  },
);
