#pragma once

#include "cli/kit/many_photos.hpp"
#include "cli/kit/method_options.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/picture_arguments.hpp"
#include "cli/kit/result_format.hpp"
#include "fovea/batch.hpp"
#include "fovea/classify.hpp"
#include "fovea/localize.hpp"
#include "fovea/networks.hpp"
#include "report/object_report.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

/// Common declarations of `fovea localize`: localize.cpp parses and runs the network, localize_seeds.cpp
/// takes strokes and points, localize_output.cpp writes.
namespace fovea::cli {

struct LocalizeArguments {
  ModelOptions model;
  PictureArguments pictures;
  ManyPhotosArguments many;
  std::vector<std::string> images;  ///< the pictures, with folders expanded
  std::string target = "auto";
  std::int64_t top = 1;
  std::string method;  ///< empty: the preset's
  MethodArguments method_options;
  std::string crops;  ///< empty: the preset's
  std::string preset = "default";
  std::optional<double> smoothing, colour_weight, smoothness, prior, level, box_level;
  std::vector<double> quantiles;
  std::string box;
  std::optional<std::int64_t> cuts;
  std::optional<bool> star;
  std::string strokes;
  std::vector<std::string> foreground, background;
  std::int64_t radius = 3;
  bool stages = false;
  bool components = false;  ///< one box for each component
  std::string colormap = "inferno";
  std::string output;
  std::optional<double> dpi;
  ResultFormat format;
  bool csv = false;

  /// The methods whose maps are multiplied, or the one method.
  std::vector<std::string> methods() const;
  const char* method_name() const {
    return !method.empty() ? method.c_str() : is_paper() ? "gradient" : "fused-layer-cam";
  }
  Crops framing() const { return parse_crops(!crops.empty() ? crops : is_paper() ? "10" : "2"); }
  bool is_paper() const { return preset == "paper"; }
  /// The options of the map and of the cut, --method to --star.
  void add_method_to(Command verb);
  bool takes_seeds() const { return !strokes.empty() || !foreground.empty() || !background.empty(); }
};

/// An explainer for the maps that --method asks for.
Explainer object_explainer(const Network& loaded, const LocalizeArguments& arguments, int threads);
/// Prints the explainer's notes. If several maps are multiplied, the rules were not chosen by name, and only
/// a rule without effect is reported.
void print_object_notes(const Explainer& explain);

/// The preset with the changes from the command line.
LocalizeOptions localize_options(const LocalizeArguments& arguments);

/// The output options from the command line.
ObjectReportOptions report_options(const LocalizeArguments& arguments);

/// Writes the files of objects, and prints objects as text, CSV or JSON.
class LocalizeReport {
public:
  LocalizeReport(const LocalizeArguments& arguments, const Labels& labels)
      : arguments_(arguments), report_(report_options(arguments), labels),
        all_(nlohmann::ordered_json::array()) {}

  /// Prepares the place of the files of all photos, before the work on them.
  void prepare(const std::vector<std::string>& bases) const;
  /// Writes one object's files; from several threads at the same time.
  void write(const FoundObject& found, const std::string& base, const Image& photo) const;
  /// Prints the object, or keeps it for `end`.
  void add(const FoundObject& found, const std::string& base);
  /// Print the output that precedes all objects (`begin`) and the output that contains all of them (`end`).
  void begin() const;
  void end() const;

private:
  const LocalizeArguments& arguments_;
  ObjectReport report_;
  nlohmann::ordered_json all_;
};

/// The classes to look for in a photo.
std::vector<std::int64_t> targets_for(const ClassScores& scores, const Network& loaded,
                                      const LocalizeArguments& arguments);
/// Objects with a table and a manifest, which can be divided and resumed. Returns the exit code.
int localize_many(Command verb, const LocalizeArguments& arguments, const PictureInputs& inputs,
                  const Network& loaded, const Explainer& explainer, std::size_t workers);

/// The objects that --strokes, or --foreground and --background, mark. Returns the exit code.
int localize_by_seeds(const LocalizeArguments& arguments);

}  // namespace fovea::cli
