#pragma once

#include "base/check.hpp"
#include "fovea/tensor.hpp"

#include <memory>
#include <string>
#include <typeindex>
#include <utility>
#include <vector>

namespace fovea::ir {

/// (name, value) pairs in textual form: {"strides", "[2,2]"}, {"alpha", "0.1"}, {"mode", "reflect"}.
using AttributeText = std::vector<std::pair<std::string, std::string>>;

namespace detail {

std::string print_field(std::int64_t value);
std::string print_field(double value);
std::string print_field(const std::string& value);
std::string print_field(DType value);
std::string print_field(const std::vector<std::int64_t>& value);
std::string print_field(const Shape& value);

void parse_field(const std::string& text, std::int64_t& value);
void parse_field(const std::string& text, double& value);
void parse_field(const std::string& text, std::string& value);
void parse_field(const std::string& text, DType& value);
void parse_field(const std::string& text, std::vector<std::int64_t>& value);
void parse_field(const std::string& text, Shape& value);

}  // namespace detail

/// The typed attributes of a node, held by value behind one type-erased handle. An operator with attributes
/// declares an aggregate with defaults and
///
///     template <class Self, class Visit> static void visit(Self& self, Visit&& f) { f("axis", self.axis); }
///
/// and printing, parsing and comparison follow. A field's type is one of those above, or has print_field and
/// parse_field in its own namespace. Immutable and cheap to copy.
class Attributes {
public:
  Attributes() = default;
  template <class T>
  requires(!std::is_same_v<std::decay_t<T>, Attributes>) Attributes(T value)
      : holder_(std::make_shared<Holder<T>>(std::move(value))) {}

  /// The attributes as the operator's own type; InternalError when they are of another one.
  template <class T>
  const T& as() const {
    FOVEA_ASSERT(holder_ && holder_->type == std::type_index(typeid(T)));
    return static_cast<const Holder<T>&>(*holder_).value;
  }

  AttributeText text() const { return holder_ ? holder_->text() : AttributeText{}; }
  /// A copy with the named fields replaced; InputError for an unknown name or a value that does not parse.
  Attributes with(const AttributeText& fields) const;
  friend bool operator==(const Attributes& a, const Attributes& b) { return a.text() == b.text(); }

private:
  struct HolderBase {
    explicit HolderBase(std::type_index t) : type(t) {}
    virtual ~HolderBase() = default;
    virtual AttributeText text() const = 0;
    virtual Attributes with(const AttributeText& fields) const = 0;
    std::type_index type;
  };
  template <class T>
  struct Holder final : HolderBase {
    explicit Holder(T v) : HolderBase(typeid(T)), value(std::move(v)) {}
    AttributeText text() const override {
      AttributeText pairs;
      T::visit(value, [&](const char* name, const auto& field) {
        using detail::print_field;
        pairs.emplace_back(name, print_field(field));
      });
      return pairs;
    }
    Attributes with(const AttributeText& fields) const override {
      T changed = value;
      for (const auto& entry : fields) {
        const auto& name = entry.first;
        const auto& text = entry.second;
        bool found = false;
        T::visit(changed, [&](const char* field_name, auto& field) {
          if (name == field_name) {
            using detail::parse_field;
            parse_field(text, field);
            found = true;
          }
        });
        FOVEA_CHECK(found, "unknown attribute '{}'", name);
      }
      return Attributes(std::move(changed));
    }
    T value;
  };
  std::shared_ptr<const HolderBase> holder_;
};

}  // namespace fovea::ir
