#include "fovea/detect.hpp"
#include "base/shown_path.hpp"
#include "cli/kit/detection_options.hpp"
#include "cli/kit/figure_options.hpp"
#include "cli/kit/many_photos.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/picture_arguments.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/result_format.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/verbs.hpp"
#include "evaluate/photo_runs.hpp"
#include "evaluate/settings.hpp"
#include "fovea/batch.hpp"
#include "report/detection_report.hpp"
#include "report/result_place.hpp"

#include <memory>

namespace fovea::cli {
namespace {

struct Options {
  ModelOptions model;
  PictureArguments images;
  ManyPhotosArguments many;
  DetectionArguments detection;
  std::string output;
  std::optional<double> dpi;
  bool csv = false;
  ResultFormat format;
};

constexpr const char* kBoxesEnd = "-boxes.png";

/// The pictures with boxes, one for each photo; none without -o.
std::vector<std::string> boxed_files(const Options& options, const std::vector<std::string>& images) {
  if (options.output.empty())
    return std::vector<std::string>(images.size());
  if (is_graphic_path(options.output))
    return {options.output};
  std::vector<std::string> files = result_paths(options.output, images);
  for (std::string& file : files)
    file += kBoxesEnd;
  return files;
}

/// Boxes as a table with a manifest, which can be divided and resumed, and the photos with their boxes.
int detect_in_many(Command verb, const Options& options, const PictureInputs& inputs, const Network& loaded,
                   const Detector& detector, std::size_t workers) {
  if (options.csv)
    throw UsageError("--csv prints the boxes: the table that archives, --shard, --table and --resume make "
                     "has them already");
  ManyPhotosCommand command{verb, options.many, inputs, loaded, workers, options.output};
  command.settings = {{"decoder", detector.decoder()},
                      {"preprocessing", settings_json(detector.preprocessing())},
                      {"class_names", labels_fingerprint(detector.labels())}};
  command.format = options.format;
  command.make_worker = [&]() -> PhotoWorker {
    auto worker = std::make_shared<Detector>(detector);
    return [&, worker](const Picture& picture) {
      const Image photo = read_picture(picture);
      const std::vector<Detection> found = (*worker)(photo);
      const std::string file = picture.result_name + kBoxesEnd;
      return PhotoResult{.rows = detection_rows(picture, found, detector.labels()),
                         .files = {{file, encode_boxes(file, photo, found, options.dpi)}}};
    };
  };
  return run_command(command);
}

int detect(Command verb, const Options& given) {
  Options options = given;
  const PictureInputs inputs = options.images.inputs(options.model.model, options.output);
  const bool are_many = options.many.are_asked_for(inputs, options.output);
  const std::vector<std::string> images = are_many ? std::vector<std::string>() : inputs.paths();
  if (is_graphic_path(options.output) && inputs.size() > 1)
    throw UsageError("-o names one picture, but several are given: name a folder");
  const Network loaded = load_detector(options.model);
  const ThreadPartition partition = partition_photos(options.model, are_many, inputs.size());
  const Detector detector = detector_of(loaded, options.model, options.detection, partition.threads);
  if (are_many)
    return detect_in_many(verb, options, inputs, loaded, detector, partition.workers);
  const std::vector<std::string> files = boxed_files(options, images);
  if (!options.output.empty())
    prepare_results(options.output, files);
  if (options.csv)
    print_lines(detections_csv_header());
  auto results = nlohmann::ordered_json::array();
  const int code = run_files(images, partition.workers, [&]() -> FileWorker {
    auto worker = std::make_shared<Detector>(detector);
    return [&, worker](std::size_t i) -> DeliverResult {
      const Image photo = read_image(images[i]);
      const std::string path = name_of_input(images[i]);
      const std::vector<Detection> found = (*worker)(photo);
      if (!files[i].empty())
        write_graphic(files[i], boxed_picture(photo, found), options.dpi);
      return [&, i, path, found] {
        if (options.csv)
          return print_lines(detections_csv(path, found));
        if (options.format.is_text())
          return print_lines(detections_text(path, found) +
                             (files[i].empty() ? "" : shown_format("  {}\n", files[i])));
        results.push_back(detections_json(path, found, detector.labels()));
        add_detector(results.back(), detector);
        if (!files[i].empty())
          results.back()["file"] = files[i];
      };
    };
  });
  if (!options.format.is_text())
    print_results(options.format, results, nested_records(results, "detections"));
  return code;
}

}  // namespace

void add_detect(Command app) {
  auto options = std::make_shared<Options>();
  Command verb = app.add_command("detect", "Find objects by a detector: boxes with their classes and scores");
  options->images.add_with_list_to(verb);
  verb.add_option(
          "-o,--output", options->output,
          "folder, or archive .tar, for the photos with their boxes, PHOTO-boxes.png; or, for one photo, a "
          ".png, .jpg, .svg or .pdf (default: none is written)")
      .check(output_in(kResultOrFolder));
  add_dpi_to(verb, options->dpi);
  Option csv = verb.add_flag("--csv", options->csv, "print one line for each box");
  options->format.add_to(verb);
  for (const char* other : {"--json", "--tsv"})
    csv.excludes(verb.option(other));
  options->model.add_to(verb, ModelOptions::Scores::None);
  options->model.add_workers_to(verb);
  options->detection.add_to(verb);
  options->many.add_to(verb);
  options->many.add_archive_size_to(verb);
  verb.add_example("fovea detect photo.jpg -m yolox.onnx --labels coco.txt -o boxes.png",
                   "the objects of a photo, printed and drawn");
  verb.add_example("fovea detect photos/ -m yolov8n.onnx --csv >boxes.csv",
                   "the boxes of many photos as a table");
  verb.add_example("fovea detect 'photos-{000..127}.tar' -m yolox.onnx --shard 1/8 --resume -o boxes",
                   "the first of eight parts of many archives, for eight machines");
  verb.runs([options, verb] { return detect(verb, *options); });
}

}  // namespace fovea::cli
