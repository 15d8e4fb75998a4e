#include "base/atomic_file.hpp"
#include "base/csv.hpp"
#include "base/make_folder.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/result_text.hpp"
#include "cli/verbs/deconv.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"
#include "fovea/networks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace fovea::cli {
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

/// One run of the verb. Every worker computes in one thread, so that activations do not depend on how many
/// workers there are.
class DatasetRun {
public:
  explicit DatasetRun(const DeconvArguments& arguments)
      : arguments_(arguments), images_(pictures_below(arguments.dataset)),
        loaded_(load_network(arguments.model)), layer_(deconv_layer(loaded_, arguments)),
        pictures_(deconv_display(loaded_, arguments, layer_)),
        workers_(
            partition_threads(images_.size(), arguments.model.workers, arguments.model.threads).workers) {
    if (!ends_with_png(arguments.output))
      make_folder(arguments.output);
  }

  int run() {
    const int scanned = scan();
    choose();
    const int shown = reconstruct();
    write_results();
    return std::max(scanned, shown);
  }

private:
  std::int64_t patches() const { return arguments_.patches.value_or(9); }

  /// The one pass over all pictures: forward only, the best patches of every channel kept.
  int scan() {
    ProgramOptions options = program_options(loaded_, arguments_.model, Direction::Forward);
    options.threads = 1;
    options.target = layer_->name;
    const auto program = Program::compile(loaded_.model, options);
    best_.emplace(layer_->layout->channels(), patches());
    return run_files(images_, workers_, [&, program]() -> FileWorker {
      auto session = std::make_shared<Session>(program);
      return [&, session](std::size_t i) -> DeliverResult {
        const LayerExplainer explainer(*session, *layer_, read_image(images_[i]), loaded_.preprocessing);
        std::vector<UnitActivation> strongest;
        for (std::int64_t c = 0; c < explainer.channels(); ++c)
          strongest.push_back(explainer.strongest(c));
        return [&, i, strongest] { best_->add(i, strongest); };
      };
    });
  }

  void choose() {
    const auto spec = arguments_.unit_spec();
    const std::vector<std::int64_t> channels =
        spec ? std::vector{spec->unit.channel} : best_->channels(arguments_.channel_count());
    for (std::int64_t channel : channels) {
      std::size_t rank = 0;
      for (const StrongestPatches::Patch& patch : best_->of(channel))
        found_.push_back({channel, ++rank, patch, {}, {}});
    }
    if (found_.empty())
      throw InputError(fmt::format("no picture excites {} of the layer '{}'",
                                   spec ? fmt::format("channel {}", spec->unit.channel) : "any channel",
                                   layer_->name),
                       arguments_.dataset);
  }

  int reconstruct() {
    const auto programs = deconv_programs(loaded_, arguments_, layer_, 1);
    std::vector<std::string> paths;
    for (const Found& found : found_)
      paths.push_back(images_[found.patch.picture]);
    return run_files(paths, workers_, [&]() -> FileWorker {
      auto sessions = std::make_shared<std::vector<Session>>();
      for (const auto& program : programs)
        sessions->emplace_back(program);
      return [&, sessions](std::size_t i) -> DeliverResult {
        const Found& found = found_[i];
        const Image photo = read_image(paths[i]);
        DeconvView view{{}, stem_of(paths[i])};
        for (Session& session : *sessions)
          view.by_rule.push_back(LayerExplainer(session, *layer_, photo, loaded_.preprocessing)
                                     .unit(found.patch.activation.unit));
        nlohmann::ordered_json files;
        if (!ends_with_png(arguments_.output))
          files = pictures_.write(view, start_of(found.channel) + fmt::format("-{}", found.rank));
        return [&, i, view, files] {
          found_[i].view = view;
          found_[i].files = files;
        };
      };
    });
  }

  std::string start_of(std::int64_t channel) const {
    return (fs::path(arguments_.output) / fmt::format("c{}", channel)).string();
  }

  /// Figures, table, and what is printed.
  void write_results() {
    std::string csv = "channel,rank,image,y,x,activation,field_x,field_y,field_width,field_height\n";
    auto json = nlohmann::ordered_json::array();
    std::string text;
    for (auto first = found_.begin(); first != found_.end();) {
      const auto last = std::find_if(first, found_.end(),
                                     [&](const Found& found) { return found.channel != first->channel; });
      const std::string figure = write_figure({first, last});
      nlohmann::ordered_json entry = {
          {"channel", first->channel}, {"layer", layer_->name}, {"figure", figure}};
      text += fmt::format("channel {}\n  {}\n", first->channel, shown(figure));
      for (; first != last; ++first) {
        csv += csv_line(*first);
        entry["patches"].push_back(patch_json(*first));
        text += fmt::format("  {:8.4g}  {}\n", first->patch.activation.value,
                            shown(images_[first->patch.picture]));
      }
      json.push_back(std::move(entry));
    }
    if (!ends_with_png(arguments_.output)) {
      const std::string table = (fs::path(arguments_.output) / "patches.csv").string();
      write_file_atomically(table, csv);
      text += shown(table) + "\n";
    }
    if (arguments_.json)
      print_json(json);
    else
      print_lines(text);
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
        ends_with_png(arguments_.output) ? arguments_.output : start_of(channel) + "-figure.png";
    write_png(file, pictures_.figure(
                        views, fmt::format("Channel {} of layer {}: strongest of {} pictures, {}", channel,
                                           arguments_.layer, images_.size(), pictures_.rules_text())));
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

  const DeconvArguments& arguments_;
  std::vector<std::string> images_;
  Network loaded_;
  std::optional<LayerInfo> layer_;
  DeconvPictures pictures_;
  std::size_t workers_;
  std::optional<StrongestPatches> best_;
  std::vector<Found> found_;
};

}  // namespace

int deconv_dataset(const DeconvArguments& arguments) {
  return DatasetRun(arguments).run();
}

}  // namespace fovea::cli
