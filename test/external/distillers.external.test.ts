import { dependsOnEngine, distillerConformance } from "../engines/distiller-conformance.js";
import { distillerTests } from "../parity/distiller-parity.js";
import { startTensorflow } from "./tensorflow-installation.js";

/** Every distiller on libtensorflow: numbers beside PyTorch's, gradients, cases. test/long has all checks. */
await startTensorflow();

distillerTests();
distillerConformance(dependsOnEngine);
