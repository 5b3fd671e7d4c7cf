import { distillerConformance } from "../engines/distiller-conformance.js";
import { startTensorflow } from "../external/tensorflow-installation.js";

/** Every check of every distiller on libtensorflow. */
await startTensorflow();

distillerConformance();
