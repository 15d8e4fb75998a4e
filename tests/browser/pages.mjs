/** Pages that fovea writes, for the test: of photos with odd names, broken ones and others, and of evaluations. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

export const kOddName = `a "quoted" <b>bold & <script>ünï'cödé.jpg`;

/** Runs fovea; the exit code may be 0 or 1, since broken pictures are part of it, or 3, as a failed comparison is. */
function fovea(program, args, cwd) {
  try {
    return execFileSync(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"] }).toString();
  } catch (error) {
    if (error.status === 1 || error.status === 3) return error.stdout.toString();
    throw new Error(`fovea ${args.join(" ")}: ${error.stderr}`);
  }
}

/** Makes the pages in `folder`; returns their paths. */
export function makePages(program, source, folder) {
  const photos = path.join(folder, "photos");
  const samples = path.join(source, "samples");
  mkdirSync(photos);
  for (const name of ["church.jpg", "golf-ball.jpg", "parachute.jpg"]) copyFileSync(path.join(samples, name), path.join(photos, name));
  copyFileSync(path.join(samples, "church.jpg"), path.join(photos, kOddName));
  writeFileSync(path.join(photos, "broken.jpg"), readFileSync(path.join(samples, "church.jpg")).subarray(0, 300));
  writeFileSync(path.join(photos, "notes.txt"), "not a picture");

  const at = (name) => path.join(folder, name);
  const methods = ["--methods", "gradient,grad-cam"];
  fovea(program, ["report", photos, ...methods, "--top", "2", "--class-models", "2", "-o", at("report.html")]);
  fovea(program, ["report", photos, ...methods, "--no-localize", "--class-models", "0", "--split", "-o", at("split.html")]);
  writeFileSync(at("classes.csv"), "file,class\nchurch.jpg,church\ngolf-ball.jpg,parachute\nparachute.jpg,parachute\n");
  const network = path.join(source, "models", "imagenette-resnet.onnx");
  fovea(program, ["report", ...["church.jpg", "golf-ball.jpg", "parachute.jpg"].map((name) => path.join(photos, name)), "--truth", at("classes.csv"),
    "--methods", "gradient,grad-cam", "--class-models", "1", "--compare-with", network, "--compare-preprocess", "caffe", "-o", at("compared.html")]);
  writeFileSync(at("truth.csv"), "file,class_index,x0,y0,x1,y1\nchurch.jpg,4,90,0,410,310\ngolf-ball.jpg,8,120,70,345,300\n");
  const plain = path.join(source, "models", "imagenette-resnet-plain.onnx");
  fovea(program, ["compare", network, plain, photos, ...methods, "--truth", at("truth.csv"), "--layers", "4", "--min-correlation", "0.99", "--max-changed", "100%",
    "-o", at("gate.html")]);
  const few = ["--methods", "gradient,guided", samples];
  fovea(program, ["evaluate", "sanity", ...few, "--stages", "2", "-o", at("sanity")]);
  fovea(program, ["evaluate", "faithfulness", ...few, "--steps", "4", "--subsets", "0", "-o", at("faithfulness")]);
  fovea(program, ["evaluate", "localization", samples, "--truth", at("truth.csv"), "--guesses", "1", "-o", at("localization")]);
  writeFileSync(at("many.html"), manyPhotos(readFileSync(at("report.html"), "utf8"), 500));
  writeFileSync(at("printed.html"), manyPhotos(readFileSync(at("report.html"), "utf8"), 60));
  return {
    report: at("report.html"), compared: at("compared.html"), gate: at("gate.html"), printed: at("printed.html"), split: at("split.html"), many: at("many.html"),
    evaluations: ["sanity", "faithfulness", "localization"].map((name) => at(path.join(name, "report.html"))),
  };
}

/** The page with its photos again and again until there are `count`. */
function manyPhotos(html, count) {
  const blocks = html.match(/<script type="application\/json" data-kind="photo">.*<\/script>\n/g);
  const numbered = Array.from({ length: count }, (_, i) => blocks[i % blocks.length].replace(/"name":"/, `"name":"${i}-`));
  return html.replace(blocks.join(""), () => numbered.join(""));
}
