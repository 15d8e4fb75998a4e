#pragma once

#include "ir/graph.hpp"
#include "onnx/file/file.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace fovea::onnx_import {

/// The content of an axis of a picture input in a file.
enum class PictureAxis { Batch, Channels, Height, Width };

/// The form in which an input of a file takes pictures.
struct PictureForm {
  /// The contents of each axis, the slowest first if there are several: [N,784] is {{Batch}, {Channels,
  /// Height, Width}}. A missing content has extent 1: the channels of a grey picture [N,H,W], the batch of
  /// [C,H,W].
  std::vector<std::vector<PictureAxis>> axes;
  std::int64_t channels = 0;  ///< 1 to 4
  std::int64_t height = 0;    ///< 0 where open
  std::int64_t width = 0;
  bool is_integer = false;  ///< the file takes whole numbers

  bool holds(PictureAxis what) const;
  /// Whether the input is [N,C,H,W] or [N,H,W,C].
  bool is_rank_4() const { return axes.size() == 4; }
  PictureLayout layout() const;
};

/// The form of a file's input, or none if it is no picture. If the picture reaches a two-dimensional
/// convolution through any nodes, the form is one that this convolution accepts: the file's nodes are
/// translated up to there. Otherwise the extents decide: 1 to 4 channels after the batch, else at the end;
/// [N,H,W] is grey; [N,K] is grey if K is the square of 8 or more, and [N,3,S,S] if K is three times such a
/// square. If two axes could be the channels, they come first.
std::optional<PictureForm> find_picture_form(const OnnxFile& file, std::size_t input);

/// The input's shape in the file; extents of the form that are open take the given ones. InputError naming
/// the input for extents that stay open, or a batch that the form does not have.
Shape shape_in_file(const PictureForm& form, const ModelPort& port, std::int64_t batch, std::int64_t height,
                    std::int64_t width);

/// Adds an input [N,C,H,W] to the graph and returns the value, of the file's form and that type, which is
/// made from it.
ir::ValueId add_canonical_picture(ir::Graph& graph, const PictureForm& form, const std::string& name,
                                  const ir::TensorType& type);

/// "[N,height,width]", for messages.
std::string dims_text(const ModelPort& port);

}  // namespace fovea::onnx_import
