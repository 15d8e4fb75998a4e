#include "layering/sources.hpp"
#include "support/pattern.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

// Builds that unite sources and precompile headers do not show which file forgot an include. This test does
// for the names of the standard library below, each of which has one header.
namespace fovea::test {
namespace {

constexpr const char* kNames =
    "algorithm: all_of any_of clamp copy copy_if copy_n count count_if equal fill fill_n find find_if "
    "for_each generate "
    "lower_bound max max_element min min_element minmax_element mismatch none_of nth_element partial_sort "
    "partition "
    "remove_if replace reverse rotate search shuffle sort stable_sort swap_ranges transform unique "
    "upper_bound\n"
    "array: array\n"
    "atomic: atomic atomic_flag\n"
    "bit: bit_cast bit_ceil countr_zero has_single_bit popcount\n"
    "bitset: bitset\n"
    "charconv: from_chars to_chars\n"
    "chrono: chrono\n"
    "cmath: ceil cos exp expm1 floor hypot isfinite isinf isnan ldexp llround log log1p log2 lround "
    "nearbyint pow round "
    "sin sqrt tanh trunc\n"
    "complex: complex\n"
    "condition_variable: condition_variable condition_variable_any\n"
    "cstring: memchr memcmp memcpy memmove memset strcmp strerror strlen\n"
    "deque: deque\n"
    "filesystem: filesystem\n"
    "fstream: fstream ifstream ofstream\n"
    "functional: function greater less multiplies plus reference_wrapper\n"
    "future: async future promise\n"
    "iomanip: setfill setprecision setw\n"
    "limits: numeric_limits\n"
    "list: list\n"
    "map: map multimap\n"
    "memory: enable_shared_from_this make_shared make_unique shared_ptr unique_ptr weak_ptr\n"
    "mutex: call_once lock_guard mutex once_flag recursive_mutex scoped_lock unique_lock\n"
    "numbers: numbers\n"
    "numeric: accumulate gcd inner_product iota lcm partial_sum reduce transform_reduce\n"
    "optional: nullopt optional\n"
    "queue: priority_queue queue\n"
    "random: mt19937 mt19937_64 normal_distribution random_device uniform_int_distribution "
    "uniform_real_distribution\n"
    "ratio: ratio\n"
    "set: multiset set\n"
    "shared_mutex: shared_lock shared_mutex\n"
    "span: span\n"
    "sstream: istringstream ostringstream stringstream\n"
    "stop_token: stop_callback stop_source stop_token\n"
    "string_view: string_view\n"
    "string: getline stod stoi stol stoll stoull string to_string\n"
    "thread: jthread this_thread thread\n"
    "tuple: apply forward_as_tuple make_tuple tie tuple\n"
    "unordered_map: unordered_map unordered_multimap\n"
    "unordered_set: unordered_set\n"
    "utility: exchange index_sequence make_index_sequence\n"
    "variant: get_if holds_alternative monostate variant visit\n"
    "vector: vector\n";

/// The header of each name.
std::map<std::string, std::string> headers_of_names() {
  std::map<std::string, std::string> headers;
  std::istringstream lines(kNames);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    std::istringstream names(line.substr(colon + 1));
    for (std::string name; names >> name;)
      EXPECT_TRUE(headers.emplace(name, line.substr(0, colon)).second) << name << " has two headers";
  }
  return headers;
}

/// The standard headers that a file includes, itself or by other files of ours, which are kept by their
/// names.
class StandardHeaders {
public:
  StandardHeaders() {
    for (const Source& source : sources())
      files_[source.path.substr(source.path.find('/') + 1)] = &source;
  }

  std::set<std::string> of(const Source& source) const {
    std::set<std::string> headers;
    std::set<const Source*> seen;
    collect(source, headers, seen);
    return headers;
  }

private:
  void collect(const Source& source, std::set<std::string>& headers, std::set<const Source*>& seen) const {
    if (!seen.insert(&source).second)
      return;
    for (const Include& include : includes_of(source))
      if (include.header.front() == '<')
        headers.insert(inside(include.header));
      else if (const auto file = files_.find(inside(include.header)); file != files_.end())
        collect(*file->second, headers, seen);
  }

  std::map<std::string, const Source*> files_;
};

/// Names behind "std::", with the first line of each, apart from those in comments and texts.
std::map<std::string, std::size_t> standard_names(const std::vector<std::string>& lines) {
  static const Pattern name(R"re(\bstd::([a-z_0-9]+))re");
  static const Pattern text(R"re("(\\.|[^"\\])*")re");
  std::map<std::string, std::size_t> names;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string code = lines[i].substr(0, lines[i].find("//"));
    for (const auto& match : text.all_in(code))
      code.erase(code.find(match[0]), match[0].size());
    for (const auto& match : name.all_in(code))
      names.emplace(match[1], i + 1);
  }
  return names;
}

TEST(StandardHeaders, AreIncludedByTheFilesThatUseThem) {
  const std::map<std::string, std::string> headers = headers_of_names();
  const StandardHeaders included;
  std::size_t uses = 0;
  for (const Source& source : sources()) {
    const std::set<std::string> there = included.of(source);
    for (const auto& [name, line] : standard_names(source.lines)) {
      const auto header = headers.find(name);
      if (header == headers.end())
        continue;
      ++uses;
      EXPECT_TRUE(there.count(header->second))
          << source.path << ":" << line << ": std::" << name << " without <" << header->second << ">";
    }
  }
  EXPECT_GT(uses, 3000U) << "the names are no longer found";
}

TEST(StandardHeaders, AreFoundByNamesInCodeAlone) {
  const auto names = standard_names(
      {"// std::map", "x = \"std::set\" + std::string(1, 'a');", "std::vector<int> y;  // std::list"});
  EXPECT_EQ(names, (std::map<std::string, std::size_t>{{"string", 2}, {"vector", 3}}));
}

}  // namespace
}  // namespace fovea::test
