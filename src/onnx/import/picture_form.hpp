#pragma once

#include "ir/graph.hpp"
#include "onnx/file/file.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace fovea::onnx_import {

/// What an axis of a file's input holds of a picture.
enum class PictureAxis { Batch, Channels, Height, Width };

/// How an input of a file takes pictures.
struct PictureForm {
  /// What each axis of the input holds, the slowest first where it is more than one thing: [N,784] is
  /// {{Batch}, {Channels, Height, Width}}. What no axis holds has extent 1: the channels of a grey picture
  /// [N,H,W], the batch of [C,H,W].
  std::vector<std::vector<PictureAxis>> axes;
  std::int64_t channels = 0;  ///< 1 to 4
  std::int64_t height = 0;    ///< 0 where open
  std::int64_t width = 0;
  bool integer = false;  ///< the file takes whole numbers

  bool holds(PictureAxis what) const;
  /// Whether the input is [N,C,H,W] or [N,H,W,C].
  bool is_rank_4() const { return axes.size() == 4; }
  PictureLayout layout() const;
};

/// The form of a file's input, or none where it is no picture. Where the picture reaches a convolution of two
/// dimensions, through whatever nodes, the form is one that this convolution takes: the file's own nodes are
/// translated up to there. Where it reaches none, the extents tell: 1 to 4 channels behind the batch, else at
/// the end; [N,H,W] is grey; [N,K] is grey where K is the square of 8 or more, and [N,3,S,S] where K is three
/// times such a square. Where both axes could be channels, they come first.
std::optional<PictureForm> find_picture_form(const OnnxFile& file, std::size_t input);

/// The input's shape in the file; extents of the form that are open take the given ones. InputError naming
/// the input for extents that stay open, or a batch that the form does not have.
Shape shape_in_file(const PictureForm& form, const ModelPort& port, std::int64_t batch, std::int64_t height,
                    std::int64_t width);

/// Adds an input [N,C,H,W] to the graph and returns the value of the file's form that is made from it, of
/// that type.
ir::ValueId add_canonical_picture(ir::Graph& graph, const PictureForm& form, const std::string& name,
                                  const ir::TensorType& type);

/// "[N,height,width]", for messages.
std::string dims_text(const ModelPort& port);

}  // namespace fovea::onnx_import
