#include "evaluate/photo_runs.hpp"

#include "base/fingerprint.hpp"
#include "evaluate/settings.hpp"
#include "fovea/decode_image.hpp"
#include "fovea/library.hpp"

#include <thread>

namespace fovea {

Image read_picture(const Picture& picture) {
  return picture.bytes ? decode_image(*picture.bytes, picture.name) : read_image(picture.name);
}

TableRow row_of(const Picture& picture, const Labels& labels, const Prediction& prediction) {
  TableRow row{.image = picture.name, .class_index = prediction.index};
  row.wordnet_id = prediction.index < labels.size() ? labels[prediction.index].wordnet_id : "";
  row.name = labels.name(prediction.index);
  row.score = prediction.score;
  row.probability = prediction.probability;
  row.truth = picture.truth;
  return row;
}

std::string labels_fingerprint(const Labels& labels) {
  Fingerprint fingerprint;
  for (std::int64_t i = 0; i < labels.size(); ++i)
    fingerprint.add(labels.name_with_id(i)).add("\n");
  return fingerprint.text();
}

nlohmann::ordered_json run_settings(const PhotoRun& run) {
  nlohmann::ordered_json json = {{"fovea", build_info().version}, {"command", run.command}};
  json.update(settings_json(run.network));
  json["labels"] = labels_fingerprint(run.network.labels);
  json.update(run.settings);
  json["options"] = nlohmann::ordered_json::object();
  for (const auto& [name, values] : run.options)
    json["options"][name] = values;
  json["inputs"] = {{"count", run.inputs.size()},
                    {"archives", run.inputs.archives()},
                    {"fingerprint", run.inputs.fingerprint()}};
  return json;
}

nlohmann::ordered_json about_run(const std::string& command_line) {
  const BuildInfo build = build_info();
  return {{"fovea", build.version},
          {"command", command_line},
          {"machine",
           {{"processors", std::thread::hardware_concurrency()},
            {"instructions", build.instruction_set},
            {"onednn", build.onednn}}}};
}

}  // namespace fovea
