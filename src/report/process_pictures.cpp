#include "report/process_pictures.hpp"

#include "fovea/error.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace fovea {
namespace {

/// The pictures of a group, at most, and the bytes of those that come from archives.
constexpr std::size_t kMostPictures = 4096, kMostBytes = std::size_t{256} << 20;

constexpr int kMemberBits = 32;

std::vector<Picture> next_group(PictureSource& source) {
  std::vector<Picture> pictures;
  for (std::size_t bytes = 0; pictures.size() < kMostPictures && bytes < kMostBytes;) {
    std::optional<Picture> picture = source.next();
    if (!picture)
      break;
    bytes += picture->bytes ? picture->bytes->size() : 0;
    pictures.push_back(std::move(*picture));
  }
  return pictures;
}

}  // namespace

std::size_t number_of(const PicturePlace& place) {
  return static_cast<std::size_t>(place.input) << kMemberBits | static_cast<std::size_t>(place.member);
}

PicturePlace place_of(std::size_t number) {
  return {static_cast<std::int64_t>(number >> kMemberBits),
          static_cast<std::int64_t>(number & ((std::size_t{1} << kMemberBits) - 1))};
}

int process_pictures(PictureSource& source, const ProcessFiles& process_files,
                     const std::function<PictureWorker()>& make_worker) {
  int code = 0;
  while (true) {
    const std::vector<Picture> pictures = next_group(source);
    if (pictures.empty())
      return code;
    std::vector<std::string> names;
    for (const Picture& picture : pictures)
      names.push_back(picture.name);
    const int of_group = process_files(names, [&]() -> FileWorker {
      return [&pictures, work = make_worker()](std::size_t i) {
        if (!pictures[i].problem.empty())
          throw InputError(pictures[i].problem);
        return work(pictures[i]);
      };
    });
    code = std::max(code, of_group);
  }
}

}  // namespace fovea
