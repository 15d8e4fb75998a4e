#pragma once

#include "studio/request.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fovea::studio {

/// A random text of 48 hexadecimal digits, from the system's source of secrets.
std::string make_token();

/// Whether two texts are equal, in a time that does not depend on where they differ.
bool is_same_secret(std::string_view a, std::string_view b);

/// Who may ask what. A request is answered only if it names the studio's own address as its host and, where
/// it names one, as its origin, if no page of another site makes it, and if it knows the token, by its
/// cookie or its Authorization.
class Guard {
public:
  /// `hosts` are the names and addresses, without port, that a request's Host may have: "127.0.0.1",
  /// "localhost", "[::1]". Addresses in digits are allowed besides with `any_address`: no name that somebody
  /// else controls can stand for them.
  Guard(std::string token, std::vector<std::string> hosts, int port, bool any_address);

  /// The answer to a request that is not let through, or that opens a session; none for one that is to be
  /// answered.
  std::optional<Response> check(const Request& request) const;
  /// The part of the studio's address that opens a session: "/?token=...".
  std::string opening() const;

private:
  bool is_own_host(std::string_view host) const;
  bool has_token(const Request& request) const;
  Response open_session(const Request& request) const;

  const std::string token_;
  const std::vector<std::string> hosts_;
  const int port_;
  const bool any_address_;
};

}  // namespace fovea::studio
