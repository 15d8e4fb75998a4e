#include "report/dataset_patches.hpp"

#include "base/atomic_file.hpp"
#include "base/csv.hpp"
#include "base/replacement.hpp"
#include "base/utf8.hpp"
#include "batch/photo_data.hpp"
#include "evaluate/photo_runs.hpp"
#include "fovea/error.hpp"
#include "report/result_place.hpp"
#include "report/result_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// A patch that has been chosen, and what was made of it.
struct Found {
  std::int64_t channel = 0;
  std::size_t rank = 0;  ///< from 1
  StrongestPatches::Patch patch;
  std::string image;               ///< the picture's name
  std::optional<DeconvView> view;  ///< none while it has not been made, or where its picture failed
  nlohmann::ordered_json files;
};

std::shared_ptr<const Program> scanning_program(const Network& network, const DatasetPatchesOptions& of) {
  ProgramOptions options = of.program;
  options.direction = Direction::Forward;
  options.threads = 1;
  options.layer = of.layer.name;
  return Program::compile(network.model, options);
}

/// The chosen patches, reconstructed and written.
class ChosenPatches {
public:
  /// `pictures`: the number of those that they were chosen from.
  ChosenPatches(const StrongestPatches& best, std::size_t pictures, const Network& network,
                const DeconvDisplay& display, const DatasetPatchesOptions& options,
                const ProcessFiles& process_files)
      : options_(options), pictures_of_dataset_(pictures), network_(network), pictures_(display),
        process_files_(process_files) {
    const std::vector<std::int64_t> channels =
        options_.channel ? std::vector{*options_.channel} : best.channels(options_.channels);
    for (const std::int64_t channel : channels) {
      std::size_t rank = 0;
      for (const StrongestPatches::Patch& patch : best.of(channel)) {
        places_.insert(place_of(patch.picture));
        found_of_[patch.picture].push_back(found_.size());
        found_.push_back({channel, ++rank, patch, {}, {}, {}});
      }
    }
    if (found_.empty())
      throw InputError(
          fmt::format("no picture excites {} of the layer '{}'",
                      options_.channel ? fmt::format("channel {}", *options_.channel) : "any channel",
                      options_.layer.name),
          options_.dataset);
  }

  /// Tells the name of a picture, which may be none of the chosen ones.
  void name(const PicturePlace& place, const std::string& image) {
    if (const auto of = found_of_.find(number_of(place)); of != found_of_.end())
      for (const std::size_t k : of->second)
        found_[k].image = image;
  }

  /// Reads the pictures of the patches again. Returns the exit code.
  int reconstruct(const PictureInputs& inputs) {
    const auto programs = options_.programs();
    PictureSource source(inputs, {}, {}, places_);
    return process_pictures(source, process_files_, [&]() -> PictureWorker {
      auto sessions = std::make_shared<std::vector<Session>>();
      for (const auto& program : programs)
        sessions->emplace_back(program);
      return [this, sessions](const Picture& picture) { return reconstruct(*sessions, picture); };
    });
  }

  /// Figures, table, and what is printed.
  DatasetPatches write() {
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
        text += fmt::format("  {:8.4g}  {}\n", first->patch.activation.value, shown(first->image));
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

private:
  /// All patches of one picture. A file that cannot be written ends the run.
  DeliverResult reconstruct(std::vector<Session>& sessions, const Picture& picture) {
    try {
      return made_of(sessions, picture);
    } catch (const OutputError&) {
      return [lost = std::current_exception()] { std::rethrow_exception(lost); };
    }
  }

  DeliverResult made_of(std::vector<Session>& sessions, const Picture& picture) {
    const Image photo = read_picture(picture);
    std::vector<Found> made;
    const std::vector<std::size_t>& of_picture = found_of_.at(number_of(picture.place));
    for (const std::size_t k : of_picture) {
      Found& found = made.emplace_back(found_[k]);
      found.image = picture.name;
      found.view = DeconvView{{}, stem_of(picture.name)};
      for (Session& session : sessions)
        found.view->by_rule.push_back(LayerExplainer(session, options_.layer, photo, network_.preprocessing)
                                          .unit(found.patch.activation.unit));
      if (!is_graphic_path(options_.output))
        found.files = pictures_.write(*found.view, start_of(found.channel) + fmt::format("-{}", found.rank));
    }
    return [this, &of_picture, made] {
      for (std::size_t n = 0; n < made.size(); ++n)
        found_[of_picture[n]] = made[n];
    };
  }

  std::string start_of(std::int64_t channel) const {
    return (fs::path(options_.output) / fmt::format("c{}", channel)).string();
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
                    network, pictures_of_dataset_, pictures_.rules_text());
    write_graphic(file, pictures_.figure(views, heading), options_.dpi);
    return file;
  }

  std::string csv_line(const Found& found) const {
    const UnitActivation& activation = found.patch.activation;
    const Rect field = found.view ? found.view->first().field_in_photo : Rect{};
    return fmt::format("{},{},{},{},{},{:.9g},{},{},{},{}\n", found.channel, found.rank,
                       csv_field(found.image), activation.unit.y, activation.unit.x, activation.value,
                       field.x, field.y, field.width, field.height);
  }

  nlohmann::ordered_json patch_json(const Found& found) const {
    const UnitActivation& activation = found.patch.activation;
    nlohmann::ordered_json json = {{"image", found.image},
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
  std::size_t pictures_of_dataset_;
  const Network& network_;
  DeconvPictures pictures_;
  const ProcessFiles& process_files_;
  std::vector<Found> found_;
  std::map<std::size_t, std::vector<std::size_t>> found_of_;  ///< the patches of each picture's number
  std::set<PicturePlace> places_;                             ///< of these pictures
};

/// The units of a picture as its data.
std::string data_of(const PicturePlace& place, const std::vector<UnitActivation>& units) {
  nlohmann::ordered_json json = {{"at", {place.input, place.member}},
                                 {"units", nlohmann::ordered_json::array()}};
  for (const UnitActivation& activation : units)
    json["units"].push_back(
        {activation.unit.channel, activation.unit.y, activation.unit.x, activation.value});
  return json.dump();
}

PicturePlace place_in(const nlohmann::ordered_json& data) {
  return {data.at("at").at(0).get<std::int64_t>(), data.at("at").at(1).get<std::int64_t>()};
}

UnitActivation activation_in(const nlohmann::ordered_json& unit) {
  UnitActivation activation;
  activation.unit = {unit.at(0).get<std::int64_t>(), unit.at(1).get<std::int64_t>(),
                     unit.at(2).get<std::int64_t>()};
  unit.at(3).get_to(activation.value);
  return activation;
}

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
                                    const ProcessFiles& process_files) {
  // One pass over all pictures: forward only, the best patches of every channel kept.
  const auto program = scanning_program(network, options);
  StrongestPatches best(options.layer.layout->channels(), options.patches);
  const int scanned = process_files(pictures, [&]() -> FileWorker {
    auto session = std::make_shared<Session>(program);
    return [&, session](std::size_t i) -> DeliverResult {
      const LayerExplainer explainer(*session, options.layer, read_image(pictures[i]), network.preprocessing);
      std::vector<UnitActivation> strongest;
      for (std::int64_t c = 0; c < explainer.channels(); ++c)
        strongest.push_back(explainer.strongest(c));
      return [&, i, strongest] { best.add(number_of({static_cast<std::int64_t>(i), 0}), strongest); };
    };
  });
  ChosenPatches chosen(best, pictures.size(), network, display, options, process_files);
  for (std::size_t i = 0; i < pictures.size(); ++i)
    chosen.name({static_cast<std::int64_t>(i), 0}, pictures[i]);
  const int reconstructed = chosen.reconstruct(PictureInputs(pictures));
  DatasetPatches result = chosen.write();
  result.code = std::max(scanned, reconstructed);
  return result;
}

PhotoWorker DatasetPatchesRun::worker() {
  std::call_once(is_compiled_, [this] { program_ = scanning_program(network_, options_); });
  return [this, session = std::make_shared<Session>(program_)](const Picture& picture) {
    return result_of(*session, picture);
  };
}

PhotoResult DatasetPatchesRun::result_of(Session& session, const Picture& picture) {
  const LayerExplainer explainer(session, options_.layer, read_picture(picture), network_.preprocessing);
  std::vector<UnitActivation> strongest;
  for (std::int64_t c = 0; c < explainer.channels(); ++c)
    if (!options_.channel || *options_.channel == c)
      strongest.push_back(explainer.strongest(c));
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(strongest, [&](const UnitActivation& activation) {
      return !best_.add(number_of(picture.place), activation.unit.channel, activation);
    });
  }
  PhotoResult result;
  result.data = data_of(picture.place, strongest);
  return result;
}

DatasetPatches DatasetPatchesRun::write(const ResultStore& store, const PictureInputs& inputs,
                                        const ProcessFiles& process_files) const try {
  StrongestPatches best(options_.layer.layout->channels(), options_.patches);
  for_each_photo(store, [&](const PhotoData& photo) {
    if (!photo.data.is_null())
      for (const auto& unit : photo.data.at("units")) {
        const UnitActivation activation = activation_in(unit);
        best.add(number_of(place_in(photo.data)), activation.unit.channel, activation);
      }
  });
  ChosenPatches chosen(best, static_cast<std::size_t>(store.counts().photos), network_, display_, options_,
                       process_files);
  for_each_photo(store, [&](const PhotoData& photo) {
    if (!photo.data.is_null())
      chosen.name(place_in(photo.data), photo.image);
  });
  const int reconstructed = chosen.reconstruct(inputs);
  DatasetPatches result = chosen.write();
  result.code = std::max(store.counts().failed > 0 ? 1 : 0, reconstructed);
  return result;
} catch (const nlohmann::json::exception&) {
  throw InputError("is damaged: make the results anew with --force", store.files().data);
}

}  // namespace fovea
