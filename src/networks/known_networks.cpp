#include "base/json_fields.hpp"
#include "fovea/networks.hpp"
#include "networks/preprocessing_json.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace fovea {

namespace {

bool is_digest(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::optional<double> read_accuracy(JsonFields& fields, const std::string& field) {
  const auto percent = fields.number_if_given(field);
  if (percent && (*percent < 0 || *percent > 100))
    fields.fail(field, "expected a share in %");
  return percent;
}

KnownNetwork read_network(JsonFields& fields) {
  KnownNetwork network;
  network.name = fields.text("name");
  network.aliases = fields.texts_if_given("aliases");
  network.title = fields.text("title");
  network.path = fields.text("path");
  network.bytes = fields.whole_number("bytes", 1, std::numeric_limits<std::int64_t>::max());
  network.sha256 = fields.text("sha256");
  network.top1 = read_accuracy(fields, "top1");
  network.top5 = read_accuracy(fields, "top5");
  network.preprocessing = networks::read_preprocessing(fields);
  network.note = fields.text_if_given("note").value_or("");
  fields.expect_no_others();
  if (!is_digest(network.sha256))
    fields.fail("sha256", "expected 64 hexadecimal digits in lower case");
  if (!is_network_name(network.name))  // it becomes a file's name
    fields.fail("name", "expected letters, digits, '.', '_' and '-'");
  return network;
}

}  // namespace

KnownNetworks KnownNetworks::read(const std::string& path) {
  JsonFields fields = JsonFields::read(path);
  KnownNetworks list;
  list.url = fields.text("url");
  list.source = fields.text("source");
  list.licence = fields.text("licence");
  std::set<std::string> taken;
  for (JsonFields& entry : fields.objects("networks")) {
    KnownNetwork network = read_network(entry);
    for (const std::string& alias : network.aliases)
      if (!taken.insert(alias).second)
        entry.fail("aliases", "'" + alias + "' stands for another network, too");
    if (!taken.insert(network.name).second)
      entry.fail("name", "'" + network.name + "' stands for another network, too");
    list.networks.push_back(std::move(network));
  }
  fields.expect_no_others();
  return list;
}

const KnownNetwork* KnownNetworks::find(const std::string& name) const {
  const auto at = std::find_if(networks.begin(), networks.end(), [&](const KnownNetwork& network) {
    return network.name == name ||
           std::find(network.aliases.begin(), network.aliases.end(), name) != network.aliases.end();
  });
  return at == networks.end() ? nullptr : &*at;
}

std::vector<std::string> KnownNetworks::names() const {
  std::vector<std::string> names;
  for (const KnownNetwork& network : networks) {
    names.insert(names.end(), network.aliases.begin(), network.aliases.end());
    names.push_back(network.name);
  }
  return names;
}

}  // namespace fovea
