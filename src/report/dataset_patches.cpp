#include "report/dataset_patches.hpp"

#include "base/atomic_file.hpp"
#include "base/csv.hpp"
#include "base/replacement.hpp"
#include "base/utf8.hpp"
#include "fovea/error.hpp"
#include "report/result_place.hpp"
#include "report/result_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// A patch that has been chosen, and what was made of it.
struct Found {
  std::int64_t channel = 0;
  std::size_t rank = 0;  ///< from 1
  StrongestPatches::Patch patch;
  std::optional<DeconvView> view;  ///< none while it has not been made, or where its picture failed
  nlohmann::ordered_json files;
};

class DatasetRun {
public:
  DatasetRun(const std::vector<std::string>& images, const Network& network, const DeconvDisplay& display,
             const DatasetPatchesOptions& options, const RunFiles& run_files)
      : options_(options), images_(images), network_(network), pictures_(display), run_files_(run_files) {}

  DatasetPatches run() {
    const int scanned = scan();
    choose();
    const int reconstructed = reconstruct();
    DatasetPatches result = write_results();
    result.code = std::max(scanned, reconstructed);
    return result;
  }

private:
  /// The one pass over all pictures: forward only, the best patches of every channel kept.
  int scan() {
    ProgramOptions options = options_.program;
    options.direction = Direction::Forward;
    options.threads = 1;
    options.layer = options_.layer.name;
    const auto program = Program::compile(network_.model, options);
    best_.emplace(options_.layer.layout->channels(), options_.patches);
    return run_files_(images_, [&, program]() -> FileWorker {
      auto session = std::make_shared<Session>(program);
      return [&, session](std::size_t i) -> DeliverResult {
        const LayerExplainer explainer(*session, options_.layer, read_image(images_[i]),
                                       network_.preprocessing);
        std::vector<UnitActivation> strongest;
        for (std::int64_t c = 0; c < explainer.channels(); ++c)
          strongest.push_back(explainer.strongest(c));
        return [&, i, strongest] { best_->add(i, strongest); };
      };
    });
  }

  void choose() {
    const std::vector<std::int64_t> channels =
        options_.channel ? std::vector{*options_.channel} : best_->channels(options_.channels);
    for (std::int64_t channel : channels) {
      std::size_t rank = 0;
      for (const StrongestPatches::Patch& patch : best_->of(channel))
        found_.push_back({channel, ++rank, patch, {}, {}});
    }
    if (found_.empty())
      throw InputError(
          fmt::format("no picture excites {} of the layer '{}'",
                      options_.channel ? fmt::format("channel {}", *options_.channel) : "any channel",
                      options_.layer.name),
          options_.dataset);
  }

  int reconstruct() {
    const auto programs = options_.programs();
    std::vector<std::string> paths;
    for (const Found& found : found_)
      paths.push_back(images_[found.patch.picture]);
    return run_files_(paths, [&]() -> FileWorker {
      auto sessions = std::make_shared<std::vector<Session>>();
      for (const auto& program : programs)
        sessions->emplace_back(program);
      return [&, sessions](std::size_t i) -> DeliverResult {
        const Found& found = found_[i];
        const Image photo = read_image(paths[i]);
        DeconvView view{{}, stem_of(paths[i])};
        for (Session& session : *sessions)
          view.by_rule.push_back(LayerExplainer(session, options_.layer, photo, network_.preprocessing)
                                     .unit(found.patch.activation.unit));
        nlohmann::ordered_json files;
        if (!is_graphic_path(options_.output))
          files = pictures_.write(view, start_of(found.channel) + fmt::format("-{}", found.rank));
        return [&, i, view, files] {
          found_[i].view = view;
          found_[i].files = files;
        };
      };
    });
  }

  std::string start_of(std::int64_t channel) const {
    return (fs::path(options_.output) / fmt::format("c{}", channel)).string();
  }

  /// Figures, table, and what is printed.
  DatasetPatches write_results() {
    std::string csv = "channel,rank,image,y,x,activation,field_x,field_y,field_width,field_height\n";
    auto json = nlohmann::ordered_json::array();
    std::string text;
    for (auto first = found_.begin(); first != found_.end();) {
      const auto last = std::find_if(first, found_.end(),
                                     [&](const Found& found) { return found.channel != first->channel; });
      const std::string figure = write_figure({first, last});
      nlohmann::ordered_json entry = {
          {"channel", first->channel}, {"layer", options_.layer.name}, {"figure", figure}};
      text += fmt::format("channel {}\n  {}\n", first->channel, shown(figure));
      for (; first != last; ++first) {
        csv += csv_line(*first);
        entry["patches"].push_back(patch_json(*first));
        text += fmt::format("  {:8.4g}  {}\n", first->patch.activation.value,
                            shown(images_[first->patch.picture]));
      }
      json.push_back(std::move(entry));
    }
    if (!is_graphic_path(options_.output)) {
      const std::string table = (fs::path(options_.output) / "patches.csv").string();
      write_file_atomically(table, csv);
      text += shown(table) + "\n";
    }
    return {std::move(text), std::move(json), 0};
  }

  std::string write_figure(const std::vector<Found>& of_channel) const {
    std::vector<DeconvView> views;
    for (const Found& found : of_channel)
      if (found.view)
        views.push_back(*found.view);
    if (views.empty())
      return {};
    const std::int64_t channel = of_channel.front().channel;
    const std::string file =
        is_graphic_path(options_.output) ? options_.output : start_of(channel) + "-figure.png";
    const std::string network = options_.network.empty() ? "" : " of " + options_.network;
    const std::string heading =
        fmt::format("Channel {} of layer {}{}: strongest of {} pictures, {}", channel, options_.layer_name,
                    network, images_.size(), pictures_.rules_text());
    write_graphic(file, pictures_.figure(views, heading), options_.dpi);
    return file;
  }

  std::string csv_line(const Found& found) const {
    const UnitActivation& activation = found.patch.activation;
    const Rect field = found.view ? found.view->first().field_in_photo : Rect{};
    return fmt::format("{},{},{},{},{},{:.9g},{},{},{},{}\n", found.channel, found.rank,
                       csv_field(images_[found.patch.picture]), activation.unit.y, activation.unit.x,
                       activation.value, field.x, field.y, field.width, field.height);
  }

  nlohmann::ordered_json patch_json(const Found& found) const {
    const UnitActivation& activation = found.patch.activation;
    nlohmann::ordered_json json = {{"image", images_[found.patch.picture]},
                                   {"y", activation.unit.y},
                                   {"x", activation.unit.x},
                                   {"activation", activation.value}};
    if (found.view)
      json["field"] = to_json(found.view->first().field_in_photo);
    if (!found.files.is_null())
      json["files"] = found.files;
    return json;
  }

  const DatasetPatchesOptions& options_;
  const std::vector<std::string>& images_;
  const Network& network_;
  DeconvPictures pictures_;
  const RunFiles& run_files_;
  std::optional<StrongestPatches> best_;
  std::vector<Found> found_;
};

}  // namespace

std::vector<std::string> replaced_by_dataset_patches(const std::string& output) {
  if (is_graphic_path(output))
    return {output};
  const std::string start = (fs::path(output) / "c").string();
  std::vector<std::string> files = numbered_files(start, DeconvPictures::kEndings);
  append(files, numbered_files(start, std::array<std::string_view, 1>{"-figure.png"}));
  files.push_back((fs::path(output) / "patches.csv").string());
  return files;
}

DatasetPatches find_dataset_patches(const std::vector<std::string>& pictures, const Network& network,
                                    const DeconvDisplay& display, const DatasetPatchesOptions& options,
                                    const RunFiles& run_files) {
  return DatasetRun(pictures, network, display, options, run_files).run();
}

}  // namespace fovea
