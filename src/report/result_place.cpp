#include "report/result_place.hpp"

#include "base/make_folder.hpp"
#include "base/replacement.hpp"
#include "fovea/image.hpp"

namespace fovea {

void prepare_results(const std::string& output, std::span<const std::string> planned) {
  check_replacements(planned);
  if (is_graphic_path(output))
    make_folder_of(output);
  else
    make_folder(output);
}

}  // namespace fovea
