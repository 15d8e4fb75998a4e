#pragma once

#include "batch/result_store.hpp"

#include <cstddef>
#include <string>
#include <vector>

/// Keeps the results of a run over many photos and its inputs apart.
namespace fovea {

/// The folder of the pictures that a run writes, by the name of its output: that folder, or "a/page_files"
/// for "a/page.html"; empty for an archive.
std::string picture_folder_of(const std::string& output);

/// Takes away those of the pictures found in a folder that lie in the folder of the output's pictures, or
/// below it, if that lies within `folder` and is another: results of an earlier run, or of another shard,
/// which are no photos. Returns how many these are.
std::size_t take_out_results(std::vector<std::string>& pictures, const std::string& folder,
                             const std::string& output);

/// OutputError if the run would replace or remove what it reads: where an archive among the inputs, or one of
/// the files `also_read`, is one of its files, under whatever name, and, unless it `writes_no_pictures`,
/// where photos lie in the folder of the pictures that it writes. Writes nothing. To be called before the
/// run's `ResultStore` is made.
void check_results_are_no_inputs(const RunDescription& run, const PictureInputs& inputs,
                                 const std::vector<std::string>& also_read, bool writes_no_pictures);

}  // namespace fovea
