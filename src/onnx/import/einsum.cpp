#include "onnx/import/families.hpp"

#include "ops/mat_mul.hpp"
#include "ops/reduce_sum.hpp"
#include "ops/slice.hpp"
#include "ops/transpose.hpp"

#include <algorithm>
#include <map>

namespace fovea::onnx_import {
namespace {

/// The name of an axis: a letter, or kEllipsis and above for those that `...` stands for, counted from the
/// right.
using Label = int;
constexpr Label kEllipsis = 1000;
using Labels = std::vector<Label>;

bool contains(const Labels& labels, Label label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

/// A tensor with a name for each axis.
struct Operand {
  ir::ValueId value = ir::kNoValue;
  Labels labels;
};

/// The labels of one term; `ellipsis` is how many axes `...` stands for.
Labels read_term(const std::string& term, std::int64_t ellipsis) {
  Labels labels;
  for (std::size_t i = 0; i < term.size(); ++i) {
    if (term.compare(i, 3, "...") == 0) {
      for (std::int64_t k = ellipsis; k-- > 0;)
        labels.push_back(kEllipsis + static_cast<Label>(k));
      i += 2;
    } else {
      const char letter = term[i];
      FOVEA_CHECK((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z'),
                  "attribute 'equation': unexpected '{}' in the term '{}'", letter, term);
      labels.push_back(letter);
    }
  }
  return labels;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (char letter : text)
    if (letter == separator)
      parts.emplace_back();
    else
      parts.back() += letter;
  return parts;
}

/// Without "->": the axes of `...`, then the letters that come up once in all terms, in alphabetical order.
Labels implied_result(const Labels& in_terms) {
  std::map<Label, int> counts;
  for (Label label : in_terms)
    ++counts[label];
  Labels result;
  for (auto entry = counts.rbegin(); entry != counts.rend(); ++entry)
    if (entry->first >= kEllipsis)
      result.push_back(entry->first);
  for (const auto& [label, count] : counts)
    if (label < kEllipsis && count == 1)
      result.push_back(label);
  return result;
}

class Contraction {
public:
  explicit Contraction(TranslateContext& c) : c_(c) {}

  void run() {
    Labels result = read();
    Operand total = operands_.front();
    for (std::size_t i = 1; i < operands_.size(); ++i) {
      Labels wanted = result;
      for (std::size_t k = i + 1; k < operands_.size(); ++k)
        wanted.insert(wanted.end(), operands_[k].labels.begin(), operands_[k].labels.end());
      total = contract(total, operands_[i], wanted);
    }
    total = sum_out(total, result);
    FOVEA_CHECK(total.labels.size() == result.size(),
                "attribute 'equation': its result has an axis that no term has");
    c_.output(c_.pass(permuted(total, result).value));
  }

private:
  /// Reads equation and operands; returns the labels of the result.
  Labels read() {
    std::string equation = c_.node().text("equation", "");
    equation.erase(std::remove(equation.begin(), equation.end(), ' '), equation.end());
    const std::size_t arrow = equation.find("->");
    const auto terms = split(equation.substr(0, arrow), ',');
    FOVEA_CHECK(static_cast<int>(terms.size()) == c_.input_count(),
                "attribute 'equation': '{}' has {} terms for {} inputs", equation, terms.size(),
                c_.input_count());
    std::int64_t widest = 0;
    Labels in_terms;
    for (std::size_t i = 0; i < terms.size(); ++i) {
      const ir::ValueId x = c_.x(static_cast<int>(i));
      const std::size_t dots = terms[i].find("...");
      const std::int64_t rank = c_.shape(x).rank();
      const auto letters = static_cast<std::int64_t>(terms[i].size() - (dots == std::string::npos ? 0 : 3));
      FOVEA_CHECK(dots == std::string::npos ? letters == rank : letters <= rank,
                  "attribute 'equation': the term '{}' does not fit {}", terms[i], to_string(c_.shape(x)));
      const std::int64_t ellipsis = dots == std::string::npos ? 0 : rank - letters;
      widest = std::max(widest, ellipsis);
      const Labels labels = read_term(terms[i], ellipsis);
      in_terms.insert(in_terms.end(), labels.begin(), labels.end());
      operands_.push_back(diagonal({x, labels}));
    }
    drop_stretched_axes();
    if (arrow == std::string::npos)
      return implied_result(in_terms);
    Labels result = read_term(equation.substr(arrow + 2), widest);
    Labels sorted = result;
    std::sort(sorted.begin(), sorted.end());
    FOVEA_CHECK(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(),
                "attribute 'equation': '{}' names an axis of the result twice", equation);
    return result;
  }

  Operand permuted(const Operand& x, const Labels& order) {
    std::vector<std::int64_t> perm;
    for (Label label : order)
      perm.push_back(std::find(x.labels.begin(), x.labels.end(), label) - x.labels.begin());
    if (std::is_sorted(perm.begin(), perm.end()))
      return x;
    return {c_.emit(ops::transpose(), {x.value}, ops::TransposeAttributes{.perm = perm}, "/permuted"), order};
  }

  /// A term that names an axis twice means the diagonal: the two become one, of which every (n+1)-th element
  /// stays.
  Operand diagonal(Operand x) {
    for (std::size_t i = 0; i < x.labels.size(); ++i) {
      const auto again =
          std::find(x.labels.begin() + static_cast<std::ptrdiff_t>(i) + 1, x.labels.end(), x.labels[i]);
      if (again == x.labels.end())
        continue;
      const Label label = x.labels[i];
      Labels order;
      for (Label other : x.labels)
        if (other != label)
          order.push_back(other);
      const Labels rest = order;
      FOVEA_CHECK(rest.size() + 2 == x.labels.size(),
                  "attribute 'equation': an axis comes up three times in a term");
      const std::int64_t n = c_.shape(x.value)[static_cast<std::int64_t>(i)];
      FOVEA_CHECK(n == c_.shape(x.value)[again - x.labels.begin()], "a diagonal of {} is not square",
                  to_string(c_.shape(x.value)));
      x = both_last(x, label, rest);
      std::vector<std::int64_t> dims = c_.shape(x.value).dims();
      dims.resize(dims.size() - 2);
      dims.push_back(n * n);
      ops::SliceAttributes every{std::vector<std::int64_t>(dims.size(), 0),
                                 std::vector<std::int64_t>(dims.size(), 1), dims};
      every.steps.back() = n + 1;
      every.sizes.back() = n;
      const ir::ValueId square = c_.reshape(x.value, Shape(dims), "/square");
      Labels labels = rest;
      labels.push_back(label);
      return diagonal({c_.emit(ops::slice(), {square}, every, "/diagonal"), labels});
    }
    return x;
  }

  Operand both_last(const Operand& x, Label label, const Labels& rest) {
    std::vector<std::int64_t> perm;
    for (std::size_t i = 0; i < x.labels.size(); ++i)
      if (x.labels[i] != label)
        perm.push_back(static_cast<std::int64_t>(i));
    for (std::size_t i = 0; i < x.labels.size(); ++i)
      if (x.labels[i] == label)
        perm.push_back(static_cast<std::int64_t>(i));
    Labels labels = rest;
    labels.insert(labels.end(), 2, label);
    return {c_.emit(ops::transpose(), {x.value}, ops::TransposeAttributes{.perm = perm}, "/permuted"),
            labels};
  }

  /// An axis of extent 1 that is longer in another term is stretched: without it, the product does that by
  /// itself.
  void drop_stretched_axes() {
    for (const Operand& x : operands_)
      for (std::size_t i = 0; i < x.labels.size(); ++i) {
        std::int64_t& extent = extents_.emplace(x.labels[i], 1).first->second;
        const std::int64_t found = c_.shape(x.value)[static_cast<std::int64_t>(i)];
        FOVEA_CHECK(found == extent || found == 1 || extent == 1, "extents {} and {} of one axis do not fit",
                    found, extent);
        extent = extent == 1 ? found : extent;
      }
    for (Operand& x : operands_) {
      Labels labels;
      std::vector<std::int64_t> dims;
      for (std::size_t i = 0; i < x.labels.size(); ++i) {
        const std::int64_t found = c_.shape(x.value)[static_cast<std::int64_t>(i)];
        if (found != extents_.at(x.labels[i]))
          continue;
        labels.push_back(x.labels[i]);
        dims.push_back(found);
      }
      x = {c_.reshape(x.value, Shape(std::move(dims)), "/unstretched"), labels};
    }
  }

  /// x summed over the axes that are not wanted.
  Operand sum_out(const Operand& x, const Labels& wanted) {
    ops::ReduceAttributes over{.axes = {}, .keep_dims = 0};
    Labels kept;
    for (std::size_t i = 0; i < x.labels.size(); ++i) {
      if (contains(wanted, x.labels[i]))
        kept.push_back(x.labels[i]);
      else
        over.axes.push_back(static_cast<std::int64_t>(i));
    }
    return over.axes.empty() ? x : Operand{c_.emit(ops::reduce_sum(), {x.value}, over, "/sum"), kept};
  }

  std::int64_t size_of(const Labels& labels) const {
    std::int64_t size = 1;
    for (Label label : labels)
      size *= extents_.at(label);
    return size;
  }

  /// a and b multiplied and summed over the axes that both have and that are not wanted: one batched matrix
  /// product.
  Operand contract(Operand a, Operand b, const Labels& wanted) {
    Labels wanted_of_a = wanted, wanted_of_b = wanted;
    wanted_of_a.insert(wanted_of_a.end(), b.labels.begin(), b.labels.end());
    wanted_of_b.insert(wanted_of_b.end(), a.labels.begin(), a.labels.end());
    a = sum_out(a, wanted_of_a);
    b = sum_out(b, wanted_of_b);
    Labels batch, inner, rows, columns;
    for (Label label : a.labels)
      (!contains(b.labels, label) ? rows : contains(wanted, label) ? batch : inner).push_back(label);
    for (Label label : b.labels)
      if (!contains(a.labels, label))
        columns.push_back(label);
    const auto joined = [](std::initializer_list<Labels> parts) {
      Labels all;
      for (const Labels& part : parts)
        all.insert(all.end(), part.begin(), part.end());
      return all;
    };
    const std::int64_t n = size_of(batch), k = size_of(inner);
    const ir::ValueId left =
        c_.reshape(permuted(a, joined({batch, rows, inner})).value, {n, size_of(rows), k}, "/left");
    const ir::ValueId right =
        c_.reshape(permuted(b, joined({batch, inner, columns})).value, {n, k, size_of(columns)}, "/right");
    const ir::ValueId product = c_.emit(ops::mat_mul(), {left, right}, {}, "/product");
    const Labels labels = joined({batch, rows, columns});
    std::vector<std::int64_t> dims;
    for (Label label : labels)
      dims.push_back(extents_.at(label));
    return {c_.reshape(product, Shape(std::move(dims)), "/parted"), labels};
  }

  TranslateContext& c_;
  std::vector<Operand> operands_;
  std::map<Label, std::int64_t> extents_;
};

void translate_einsum(TranslateContext& c) {
  Contraction(c).run();
}

}  // namespace

Family einsum_family() {
  return {
      {"Einsum", translate_einsum},
  };
}

}  // namespace fovea::onnx_import
