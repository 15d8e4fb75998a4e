#pragma once

#include "batch/picture_inputs.hpp"
#include "fovea/concepts.hpp"
#include "fovea/networks.hpp"
#include "report/concept_pictures.hpp"
#include "report/process_pictures.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

/// Writes and describes which channels of a layer matter in a photo, and where.
namespace fovea {

struct ConceptReportOptions {
  std::optional<std::int64_t> channel = {};  ///< none: the most relevant channels
  std::int64_t channels = 6;                 ///< their number
  std::optional<std::int64_t> target = {};   ///< the class; none: the best guess
  std::string layer_name = {};               ///< as the user named it; empty: the layer's own name
  Rule rule = Rule::LrpEpsilonPlusFlat;
  std::string network = {};        ///< its name, for headings
  std::string output = {};         ///< a folder; or a file (`is_graphic_path`), the figure of one photo
  std::optional<double> dpi = {};  ///< of figures; none: see `write_graphic`
};

struct ConceptResult {
  nlohmann::ordered_json json;
  std::string text;  ///< lines for people; names from files are made safe for a terminal
};

/// The patches of many pictures by which the channels of a layer are most relevant, each for the class that
/// the network guesses there (achtibat2023attribution: relevance maximisation).
class RelevantPatches {
public:
  struct Patch {
    std::string image;     ///< the picture's path, in an archive "ARCHIVE/MEMBER"
    double relevance = 0;  ///< of its strongest unit
    Unit unit;
    /// What the unit sees: its receptive field in the network's picture, or half of the picture around it.
    Image picture;
  };

  /// Looks at all pictures; `count` patches are kept for each channel. The explainer's layer must have
  /// units (`check_has_units`). InputError if all pictures failed.
  RelevantPatches(const ConceptExplainer& explainer, const Network& network, PictureInputs inputs,
                  std::int64_t count, const ProcessFiles& process_files);

  /// The patches of each channel, the most relevant first. Pictures are read again, archives as far as the
  /// last of them. Thread-safe. InputError for a picture that cannot be read any more.
  std::vector<std::vector<Patch>> of(const std::vector<std::int64_t>& channels) const;
  /// The number of pictures that did not fail.
  std::size_t pictures() const { return pictures_; }
  /// The exit code of looking: 1 if a picture failed.
  int code() const { return code_; }

private:
  const Network& network_;
  LayerInfo layer_;
  PictureInputs inputs_;
  StrongestPatches best_;  ///< of pictures by `number_of` their places
  std::size_t pictures_ = 0;
  int code_ = 0;
};

/// Keeps references to its arguments; immutable and thread-safe.
class ConceptReport {
public:
  ConceptReport(const Network& network, const ConceptReportOptions& options, const LayerInfo& layer,
                const RelevantPatches* patches = nullptr)
      : network_(network), options_(options), layer_(layer), patches_(patches) {}

  /// Finds the channels of a photo and writes the files, whose names in a folder begin with `base`: the
  /// figure, the relevance of all channels [C], and for each shown channel its map as picture and array.
  /// OutputError.
  ConceptResult make(ConceptExplainer& explainer, const std::string& path, const std::string& base) const;
  /// The files that `make` may write.
  std::vector<std::string> planned_files(const std::string& base) const;

private:
  std::string heading(const std::string& path, const ChannelRelevances& found) const;
  std::string details() const;
  /// What the figure shows of a channel; its files, whose names begin with `start`, are written and noted in
  /// its `entry`.
  ConceptView view(const ChannelRelevances& found, const Tensor& relevance,
                   std::vector<RelevantPatches::Patch> patches, const std::string& start,
                   nlohmann::ordered_json& entry) const;

  const Network& network_;
  const ConceptReportOptions& options_;
  const LayerInfo& layer_;
  const RelevantPatches* patches_;
};

struct FactorReportOptions {
  FactorOptions factors = {};
  std::string layer_name = {};
  std::string network = {};
  std::string output = {};  ///< a folder; or a file (`is_graphic_path`), the figure
  std::optional<double> dpi = {};
};

/// A photo's activations of a layer, for `write_factors`.
struct ActivatedPhoto {
  std::string path, base;
  Image seen;          ///< at the network's size
  Tensor activations;  ///< [C,h,w]
};

/// Factorises the photos' activations together and writes the figure, the directions [concepts,C] and for
/// each photo its maps [concepts,h,w] and their pictures. InputError as for `factorise` and
/// `check_can_be_factorised`; OutputError.
ConceptResult write_factors(std::span<const ActivatedPhoto> photos, const Model& model,
                            const LayerInfo& layer, const FactorReportOptions& options);
/// The files that it may write, for photos of these bases.
std::vector<std::string> planned_factor_files(std::span<const std::string> bases,
                                              const FactorReportOptions& options);

}  // namespace fovea
