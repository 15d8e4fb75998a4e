#pragma once

#include "studio/request.hpp"
#include "studio/studio.hpp"

#include <functional>
#include <string>

namespace fovea::studio {

/// Answers a request whose answer depends on `key` alone: with an ETag, and with 304 where the client has
/// that answer already, without making it again.
Response answer_by_key(const Studio& studio, const Request& request, const std::string& key,
                       const std::function<Response()>& make);

}  // namespace fovea::studio
