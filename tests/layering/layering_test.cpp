#include "layering/sources.hpp"
#include "support/pattern.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using fovea::test::Include;
using fovea::test::includes_of;
using fovea::test::inside;
using fovea::test::Pattern;
using fovea::test::Source;
using fovea::test::sources;
using Names = std::set<std::string>;

bool begins_with(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

/// The rooms that each room may include besides itself and the public headers, by the table that CMake writes
/// from src/CMakeLists.txt: lines of a room and the rooms directly to its left, whose own left rooms count
/// too; behind the word "only" stands all that a room may include.
std::map<std::string, Names> read_allowed() {
  std::map<std::string, Names> rooms;
  std::ifstream table(FOVEA_ROOMS);
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    std::string room, word;
    words >> room;
    bool is_all = false;
    Names& allowed = rooms[room];
    while (words >> word) {
      is_all = is_all || word == "only";
      if (word == "only")
        continue;
      allowed.insert(word);
      if (const auto left = rooms.find(word); left != rooms.end() && !is_all)
        allowed.insert(left->second.begin(), left->second.end());
    }
  }
  rooms["c_api"].insert("fovea.h");  // the C interface is nobody else's business
  return rooms;
}

const std::map<std::string, Names>& allowed() {
  static const std::map<std::string, Names> rooms = read_allowed();
  return rooms;
}

TEST(Layering, EveryRoomIsKnown) {
  Names found;
  for (const Source& source : sources())
    found.insert(source.room);
  found.erase("include");
  Names known;
  for (const auto& [room, left] : allowed())
    known.insert(room);
  EXPECT_EQ(found, known);
}

TEST(Layering, ARoomIncludesOnlyWhatStandsToItsLeft) {
  for (const Source& source : sources()) {
    if (source.room == "include")
      continue;
    for (const Include& include : includes_of(source)) {
      if (include.header.front() != '"')
        continue;
      const std::string room = inside(include.header).substr(0, inside(include.header).find('/'));
      EXPECT_TRUE(room == source.room || room == "fovea" || allowed().at(source.room).count(room))
          << include.where();
    }
  }
}

/// The room of each public header, by the table that CMake writes from src/CMakeLists.txt. The umbrella
/// header belongs to none.
std::map<std::string, std::string> rooms_of_public_headers() {
  std::map<std::string, std::string> rooms;
  std::ifstream table(FOVEA_PUBLIC_HEADERS);
  for (std::string header, room; table >> header >> room;)
    EXPECT_TRUE(rooms.emplace(header, room).second) << header << " belongs to two rooms";
  return rooms;
}

TEST(Layering, EveryPublicHeaderBelongsToARoom) {
  Names found, known;
  for (const Source& source : sources())
    if (source.room == "include" && fs::path(source.path).extension() == ".hpp")
      found.insert(source.path.substr(std::string("include/").size()));
  found.erase("fovea/fovea.hpp");
  for (const auto& [header, room] : rooms_of_public_headers()) {
    known.insert(header);
    EXPECT_TRUE(allowed().count(room)) << header << ": " << room;
  }
  EXPECT_EQ(found, known);
}

TEST(Layering, PublicHeadersAreIncludedByTheirRoomAndThoseToItsRight) {
  // Backends describe themselves by the enumerations of ProgramOptions: their kind and their precisions.
  const std::string exception = "src/backend/backend.hpp: fovea/program.hpp";
  const auto rooms = rooms_of_public_headers();
  bool is_used = false;
  for (const Source& source : sources()) {
    if (source.room == "cli" || source.path == "include/fovea/fovea.hpp")
      continue;  // which include every public header
    const auto own = rooms.find(source.path.substr(source.path.find('/') + 1));
    if (source.room == "include" && own == rooms.end())
      continue;  // fovea.h
    const std::string room = source.room == "include" ? own->second : source.room;
    for (const Include& include : includes_of(source)) {
      const auto header = rooms.find(inside(include.header));
      if (header == rooms.end())
        continue;
      const bool is_exception = source.path + ": " + header->first == exception;
      is_used = is_used || is_exception;
      EXPECT_TRUE(is_exception || header->second == room || allowed().at(room).count(header->second))
          << include.where() << ", a header of " << header->second;
    }
  }
  EXPECT_TRUE(is_used) << exception << " is an exception without need";
}

TEST(Layering, EveryHeaderOfOursIsThere) {
  for (const Source& source : sources())
    for (const Include& include : includes_of(source))
      if (include.header.front() == '"') {
        const fs::path top = FOVEA_SOURCE_DIR;
        EXPECT_TRUE(fs::exists(top / "src" / inside(include.header)) ||
                    fs::exists(top / "include" / inside(include.header)))
            << include.where();
      }
}

TEST(Layering, PublicHeadersIncludeOnlyThemselvesAndTheStandardLibrary) {
  const Pattern standard(R"re(<[a-z_]+>|<std(def|int)\.h>)re");
  for (const Source& source : sources()) {
    if (source.room != "include")
      continue;
    for (const Include& include : includes_of(source))
      EXPECT_TRUE(begins_with(include.header, "\"fovea/") || standard.is_all_of(include.header))
          << include.where();
  }
}

TEST(Layering, ForeignLibrariesStayInTheirRoom) {
  const std::vector<std::pair<Pattern, Names>> owners = {
      {Pattern("<(onnx|google)/.*"), {"src/onnx/"}},
      {Pattern("<(oneapi/|dnnl).*"), {"src/backend/onednn/"}},
      {Pattern("<(opencv2?/.*|png\\.h|zlib\\.h|jpeglib\\.h|jerror\\.h|tiffio\\.h|webp/.*)>?"),
       {"src/image/"}},
      {Pattern("<pugixml.*"), {"src/evaluate/"}},
      {Pattern("<CLI/.*"),
       {"src/cli/kit/command.cpp", "src/cli/kit/checks.cpp", "src/cli/kit/complaint.cpp",
        "src/cli/kit/common_options.cpp", "src/cli/kit/user_settings.cpp"}},
      {Pattern("<curl/.*"), {"src/networks/download.cpp"}},
      {Pattern("<openssl/.*"), {"src/networks/sha256.cpp"}},
      {Pattern("<archive.*"), {"src/batch/archive_reader.cpp"}},
      {Pattern("<nlohmann/.*"),
       {"src/base/json", "src/batch/", "src/networks/", "src/evaluate/", "src/report/", "src/studio/",
        "src/c_api/", "src/cli/"}}};
  for (const Source& source : sources())
    for (const Include& include : includes_of(source))
      for (const auto& [pattern, places] : owners)
        EXPECT_TRUE(!pattern.is_all_of(include.header) ||
                    std::any_of(places.begin(), places.end(),
                                [&](const std::string& place) { return begins_with(source.path, place); }))
            << include.where() << " belongs in " << *places.begin();
}

TEST(Layering, OnlyTheCommandLinePrintsReadsTheEnvironmentOrEndsTheProgram) {
  const Pattern speaks(
      R"re(std::cout|std::cerr|std::clog|\bputs\s*\(|\bprintf\s*\(|(^|[^/\w])(stdout|stderr)\b|fmt::print|\b(secure_)?getenv\b)re"
      R"re(|\b(std::|_|::)exit\s*\(|\babort\s*\(|std::terminate|\bsetenv\s*\()re");
  for (const Source& source : sources()) {
    if (source.room == "cli")
      continue;
    for (std::size_t i = 0; i < source.lines.size(); ++i)
      EXPECT_FALSE(speaks.is_in(source.lines[i].substr(0, source.lines[i].find("//"))))
          << source.path << ":" << i + 1 << ": " << source.lines[i];
  }
}

TEST(Layering, FilesAreShort) {
  for (const Source& source : sources())
    EXPECT_LE(source.lines.size(), 420U) << source.path;
}

TEST(Layering, EveryHeaderIsIncludedOnce) {
  for (const Source& source : sources())
    if (fs::path(source.path).extension() == ".hpp") {
      ASSERT_FALSE(source.lines.empty()) << source.path;
      EXPECT_EQ(source.lines.front(), "#pragma once") << source.path;
    }
}

/// Two classes of one name in one namespace are one class for the linker, which takes the functions of
/// either.
TEST(Layering, NoTwoHeadersDefineOneClass) {
  const Pattern space("namespace ([a-z_:]+) \\{"),
      definition("(?:struct|class) ([A-Z]\\w*)(?: final)?(?: :.*)? \\{");
  std::map<std::string, std::string> defined;
  for (const Source& source : sources()) {
    if (fs::path(source.path).extension() != ".hpp")
      continue;
    std::string in;
    for (const std::string& line : source.lines) {
      const bool is_space = begins_with(line, "namespace ");
      if (!is_space && !begins_with(line, "struct ") && !begins_with(line, "class "))
        continue;
      const auto found = (is_space ? space : definition).first_in(line);
      if (found.empty())
        continue;
      if (is_space) {
        in = found[1];
      } else {
        const auto [other, is_new] = defined.emplace(in + "::" + found[1], source.path);
        EXPECT_TRUE(is_new) << other->first << " is defined in " << other->second << " and " << source.path;
      }
    }
  }
  EXPECT_GT(defined.size(), 300U);
}

TEST(Layering, HeadersDoNotIncludeEachOtherInACircle) {
  std::map<std::string, Names> edges;
  for (const Source& source : sources()) {
    const std::size_t cut = begins_with(source.path, "src/") ? 4 : 8;
    for (const Include& include : includes_of(source))
      if (include.header.front() == '"')
        edges[source.path.substr(cut)].insert(inside(include.header));
  }
  // Strip whatever includes nothing that is left; what cannot be stripped is a circle or stands on one.
  for (bool changed = true; changed;) {
    changed = false;
    for (auto file = edges.begin(); file != edges.end();) {
      const bool leaf = std::none_of(file->second.begin(), file->second.end(),
                                     [&](const std::string& header) { return edges.count(header) != 0; });
      changed = changed || leaf;
      file = leaf ? edges.erase(file) : std::next(file);
    }
  }
  for (const auto& [file, headers] : edges)
    ADD_FAILURE() << file << " stands on a circle of includes";
}

/// The rooms as a whole: no two include each other, directly or through others.
TEST(Layering, RoomsDoNotIncludeEachOtherInACircle) {
  std::map<std::string, Names> reach;
  for (const Source& source : sources())
    for (const Include& include : includes_of(source))
      if (include.header.front() == '"' && source.room != "include") {
        const std::string room = inside(include.header).substr(0, inside(include.header).find('/'));
        if (room != source.room && room != "fovea")
          reach[source.room].insert(room);
      }
  for (std::size_t round = 0; round < allowed().size(); ++round)
    for (auto& [room, rooms] : reach)
      for (const std::string& next : Names(rooms))
        if (reach.count(next))
          rooms.insert(reach[next].begin(), reach[next].end());
  for (const auto& [room, rooms] : reach)
    EXPECT_EQ(rooms.count(room), 0U) << room << " includes itself by way of others";
}

}  // namespace
