#pragma once

#include "base/json_fields.hpp"
#include "studio/explanations.hpp"
#include "studio/studio.hpp"

#include <memory>

/// The fields that requests of several kinds have. InputError that names a field which is missing or not
/// right; RequestError (404) for an id that nothing has.
namespace fovea::studio {

std::shared_ptr<const StudioModel> read_model(Studio& studio, JsonFields& fields);
StudioPhoto read_photo(Studio& studio, JsonFields& fields);
/// "method", the options of methods, and "crops". A control map is a method, too.
MethodChoice read_method_choice(JsonFields& fields);
/// "class": "auto" or an index; and "against".
ExplainTarget read_target(JsonFields& fields);
/// All of these.
MapRequest read_map_request(Studio& studio, JsonFields& fields);
/// A rectangle x, y, width, height within a picture; none where no field of it is given.
std::optional<Rect> read_rect(JsonFields& fields, const PhotoSize& size);

nlohmann::ordered_json rect_json(const Rect& rect);
/// "x,y,width,height", for headers.
std::string text_of(const Rect& rect);

}  // namespace fovea::studio
