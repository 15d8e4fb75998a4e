#include "evaluate/comparison_data.hpp"

namespace fovea {
namespace {

using Json = nlohmann::ordered_json;

Json number_json(const std::optional<double>& number) {
  return number ? Json(*number) : Json();
}

std::optional<double> number_in(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<double>());
}

Json class_json(const ComparedNetwork& network, const std::optional<Prediction>& prediction) {
  if (!prediction)
    return nullptr;
  const std::int64_t index = prediction->index;
  return {{"index", index},
          {"wordnet_id", index < network.labels.size() ? network.labels[index].wordnet_id : ""},
          {"name", network.labels.name(index)},
          {"score", prediction->score},
          {"probability", number_json(prediction->probability)}};
}

Json method_json(const MethodComparison& method) {
  const MapAgreement& agreement = method.agreement;
  Json json = {{"rank", number_json(agreement.rank)},
               {"signed_rank", number_json(agreement.signed_rank)},
               {"similarity", number_json(agreement.similarity)},
               {"overlap", agreement.overlap}};
  if (method.energy[0] || method.energy[1])
    json["energy"] = Json::array({number_json(method.energy[0]), number_json(method.energy[1])});
  json["zero"] = method.is_zero;
  json["grid"] = Json::array({agreement.grid.height, agreement.grid.width});
  return json;
}

Prediction class_in(const Json& json) {
  return {json.at("index").get<std::int64_t>(), json.at("score").get<double>(),
          number_in(json.at("probability"))};
}

MethodComparison method_in(const Json& json) {
  MethodComparison method;
  MapAgreement& agreement = method.agreement;
  agreement.rank = number_in(json.at("rank"));
  agreement.signed_rank = number_in(json.at("signed_rank"));
  agreement.similarity = number_in(json.at("similarity"));
  agreement.overlap = json.at("overlap").get<double>();
  agreement.grid.height = json.at("grid").at(0).get<std::int64_t>();
  agreement.grid.width = json.at("grid").at(1).get<std::int64_t>();
  json.at("zero").get_to(method.is_zero);
  if (json.contains("energy"))
    method.energy = {number_in(json.at("energy").at(0)), number_in(json.at("energy").at(1))};
  return method;
}

}  // namespace

Json photo_json(const std::array<ComparedNetwork, 2>& networks, const std::vector<std::string>& methods,
                const PhotoComparison& photo) {
  Json json = {{"image", photo.image}, {"changed", photo.is_changed}};
  for (std::size_t k = 0; k < 2; ++k)
    json["guesses"].push_back(class_json(networks[k], photo.guess[k]));
  for (std::size_t k = 0; k < 2; ++k)
    json["explained"].push_back(class_json(networks[k], photo.target[k]));
  if (photo.is_right[0] && photo.is_right[1])
    json["right"] = Json::array({*photo.is_right[0], *photo.is_right[1]});
  json["methods"] = Json::object();
  for (std::size_t m = 0; m < photo.methods.size(); ++m)
    json["methods"][methods[m]] = method_json(photo.methods[m]);
  return json;
}

Json layers_data(const std::vector<LayerAgreement>& layers) {
  Json json = Json::array();
  for (const LayerAgreement& layer : layers)
    json.push_back(Json::array(
        {number_json(layer.activation.correlation), number_json(layer.activation.relative_difference),
         number_json(layer.gradient.correlation), number_json(layer.gradient.relative_difference)}));
  return json;
}

PhotoComparison photo_comparison(const Json& numbers, const Json& layers,
                                 const std::vector<std::string>& methods) {
  PhotoComparison photo;
  photo.image = numbers.at("image").get<std::string>();
  photo.is_changed = numbers.at("changed").get<bool>();
  for (std::size_t k = 0; k < 2; ++k) {
    photo.guess[k] = class_in(numbers.at("guesses").at(k));
    if (const Json& target = numbers.at("explained").at(k); !target.is_null())
      photo.target[k] = class_in(target);
    if (numbers.contains("right"))
      photo.is_right[k] = numbers.at("right").at(k).get<bool>();
  }
  const Json& of_methods = numbers.at("methods");
  for (const std::string& method : methods)
    if (!of_methods.empty())
      photo.methods.push_back(method_in(of_methods.at(method)));
  for (const Json& layer : layers)
    photo.layers.push_back(
        {{number_in(layer.at(0)), number_in(layer.at(1))}, {number_in(layer.at(2)), number_in(layer.at(3))}});
  return photo;
}

}  // namespace fovea
