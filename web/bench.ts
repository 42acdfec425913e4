/** The benchmark page. Its program stands in bench/, for it compares with packages that are no part of the product. */
import { startBenchmarkPage } from "../bench/page/main.ts";

startBenchmarkPage();
