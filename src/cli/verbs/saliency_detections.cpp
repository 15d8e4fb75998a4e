#include "base/file_name_part.hpp"
#include "base/shown_path.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/saliency.hpp"
#include "evaluate/photo_runs.hpp"
#include "evaluate/settings.hpp"
#include "fovea/batch.hpp"
#include "fovea/detect.hpp"
#include "fovea/error.hpp"
#include "report/box_maps.hpp"
#include "report/class_model_pictures.hpp"
#include "report/detection_report.hpp"
#include "report/result_place.hpp"

#include <atomic>
#include <memory>

namespace fovea::cli {
namespace {

/// What workers share.
struct Shared {
  const SaliencyOptions& options;
  const Network& loaded;
  const Detector& detector;
  BoxChoice choice;
  std::optional<BoxSide> side;
  int threads;
  ClassModelPictures& class_models;
  MapReportOptions report;
  mutable std::atomic<bool> has_said_notes = false;  ///< they are the same for all photos
};

/// The beginning of the names of the files of a box.
std::string base_of(const Detection& box, const std::string& photo_base) {
  return fmt::format("{}-{}-{}", photo_base, box.number, file_name_part(box.label, "class"));
}

/// The maps of the boxes that --detection chooses in one photo.
BoxMaps explain_photo(const Shared& shared, const Image& photo, const std::string& path) {
  ExplainOptions options;
  options.method = shared.options.methods.front();
  options.further_methods.assign(shared.options.methods.begin() + 1, shared.options.methods.end());
  options.method_options = shared.report.method_options;
  options.program.threads = shared.threads;
  BoxMaps maps =
      explain_boxes(shared.loaded.model, shared.detector, photo,
                    shared.choice.of(Detector(shared.detector)(photo), path), shared.side, options);
  if (!maps.boxes.empty() && !shared.has_said_notes.exchange(true))
    say_notes(maps.notes);
  return maps;
}

/// The report of the k-th box. It keeps references to what it is given.
MapReport report_of(const Shared& shared, const BoxMaps& boxes, std::size_t k) {
  MapReportOptions options = shared.report;
  options.box = ExplainedBox{boxes.boxes[k].box, boxes.side};
  return {std::move(options), boxes.labels, shared.class_models};
}

/// The maps of one box of one photo, as text or as JSON.
struct MapResult {
  std::string text, warning;
  std::vector<nlohmann::ordered_json> json;
};

std::vector<MapResult> write_maps(const Shared& shared, const std::string& image, const std::string& base) {
  const std::string path = name_of_input(image);
  const Image photo = read_image(image);
  const BoxMaps boxes = explain_photo(shared, photo, path);
  if (boxes.boxes.empty())
    return {{fmt::format("{}: no object\n", shown_path(path)), "", {}}};
  std::vector<PhotoFiles> files;
  std::vector<std::string> planned;
  for (std::size_t k = 0; k < boxes.boxes.size(); ++k) {
    files.push_back(report_of(shared, boxes, k).files(base_of(boxes.boxes[k], base)));
    for (const MapFiles& one : files.back())
      append(planned, paths_of(one));
  }
  prepare_results(shared.options.output, planned);
  const nlohmann::ordered_json found = detections_json(path, boxes.boxes, shared.detector.labels());
  std::vector<MapResult> results;
  for (std::size_t k = 0; k < boxes.boxes.size(); ++k) {
    const std::vector<Explanation>& maps = boxes.maps[k];
    const MapReport report = report_of(shared, boxes, k);
    report.write(maps, photo, path, files[k]);
    results.push_back({report.text(maps, path, files[k]), "", {}});
    for (std::size_t m = 0; m < maps.size(); ++m) {
      if (std::string warning = report.warning(maps[m], path); !warning.empty())
        results.back().warning += fmt::format("fovea: warning: {}\n", warning);
      results.back().json.push_back(report.json(maps[m], path, files[k][m]));
      // The map's class is the number of its target among those explained.
      results.back().json.back()["class"] = found["detections"][k]["class"];
      results.back().json.back()["detection"] = found["detections"][k];
      add_detector(results.back().json.back(), shared.detector);
    }
  }
  return results;
}

/// The maps of one of many photos: their files, and a row about each box.
PhotoResult explain_one_of_many(const Shared& shared, const Picture& picture) {
  const Image photo = read_picture(picture);
  const BoxMaps boxes = explain_photo(shared, photo, picture.name);
  PhotoResult result;
  result.rows = detection_rows(picture, boxes.boxes, shared.detector.labels());
  for (std::size_t k = 0; k < boxes.boxes.size(); ++k) {
    const MapReport report = report_of(shared, boxes, k);
    report.encode(boxes.maps[k], photo, picture.name,
                  report.files(base_of(boxes.boxes[k], picture.result_name)),
                  [&](const std::string& name, std::string bytes) {
                    result.files.push_back({name, std::move(bytes)});
                  });
    for (const Explanation& map : boxes.maps[k])
      if (std::string warning = report.warning(map, picture.name); !warning.empty())
        result.warnings.push_back(std::move(warning));
  }
  return result;
}

/// Maps with a table and a manifest, which can be divided and resumed.
int explain_many(Command verb, const PictureInputs& inputs, const Shared& shared, std::size_t workers) {
  const SaliencyOptions& options = shared.options;
  ManyPhotosCommand command{verb, options.many, inputs, shared.loaded};
  command.workers = workers;
  command.output = options.output;
  command.settings = {{"decoder", shared.detector.decoder()},
                      {"preprocessing", settings_json(shared.detector.preprocessing())},
                      {"class_names", labels_fingerprint(shared.detector.labels())},
                      {"methods", options.methods},
                      {"method_options", settings_json(options.method_options.chosen())}};
  command.format = options.format;
  command.make_worker = [&]() -> PhotoWorker {
    return [&](const Picture& picture) { return explain_one_of_many(shared, picture); };
  };
  return run_command(command);
}

BoxChoice parse_choice(const std::string& text) {
  try {
    return BoxChoice::parse(text);
  } catch (const InputError& error) {
    throw UsageError(fmt::format("--detection: {}", error.what()));
  }
}

void check_usage(const SaliencyOptions& options, const BoxChoice& choice, const PictureInputs& inputs) {
  if (is_graphic_path(options.output) && (!choice.number || inputs.size() > 1))
    throw UsageError("-o names one picture, but there may be several boxes: name a folder");
  if (options.with_class_model)
    throw UsageError("--with-class-model shows a class: it does not go with --detection");
  if (options.crops != "1")
    throw UsageError("--crops are views for a classifier: a detector sees the whole photo");
}

}  // namespace

int explain_detections(Command verb, const SaliencyOptions& options, const PictureInputs& inputs) {
  const BoxChoice choice = parse_choice(options.detection);
  check_usage(options, choice, inputs);
  options.method_options.note_unused(options.methods);
  const Network loaded = load_detector(options.model);
  const bool are_many = options.many.are_asked_for(inputs, options.output);
  const ThreadPartition partition = partition_photos(options.model, are_many, inputs.size());
  const Detector detector = detector_of(loaded, options.model, options.detector, partition.threads);
  ClassModelPictures class_models(loaded.model, detector.preprocessing(), {});
  MapReportOptions report = options.report();
  if (report.method_options.layer.empty())
    report.method_options.layer = detector.common_layer();  // what the maps' captions name
  std::optional<BoxSide> side;
  if (!options.detection_side.empty())
    side = parse_box_side(options.detection_side);
  const Shared shared{options,           loaded,       detector,         choice, side,
                      partition.threads, class_models, std::move(report)};
  if (are_many)
    return explain_many(verb, inputs, shared, partition.workers);
  const std::vector<std::string> images = inputs.paths();
  const std::vector<std::string> bases = result_paths(options.output, images);
  auto results = nlohmann::ordered_json::array();
  const int code = run_files(images, partition.workers, [&]() -> FileWorker {
    return [&](std::size_t i) -> DeliverResult {
      const std::vector<MapResult> maps =
          write_maps(shared, images[i], bases.empty() ? std::string() : bases[i]);
      return [&, maps] {
        for (const MapResult& map : maps) {
          write_message(map.warning);
          if (options.format.is_text())
            print_lines(map.text);
          for (const nlohmann::ordered_json& json : map.json)
            results.push_back(json);
        }
      };
    };
  });
  if (!options.format.is_text())
    print_results(options.format, results);
  return code;
}

}  // namespace fovea::cli
